"""What the data plane (proxy, routing, admission) and the control plane (identity, limits, usage) agree on."""

from collections.abc import Awaitable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias

#: `inference`: models, completions, embeddings, files, batches. `usage`: the tenant's own reports. `admin`: everything.
Scope: TypeAlias = Literal["inference", "usage", "admin"]
Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]

#: Stands for all models of a tenant together, in `Principal.limits`.
ALL_MODELS: Final = "*"

#: Key of an ASGI scope under which a caller inside this process puts an `InternalCall`. No network server sets it.
INTERNAL_CALL: Final = "gateway.internal"


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """What a tenant may use of a model; None means no limit."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    #: Requests in flight.
    concurrency: int | None = None


@dataclass(frozen=True, slots=True)
class TokenBudget:
    """Tokens (prompt and completion) for a calendar day or month, UTC."""

    period: Literal["day", "month"]
    tokens: int


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. Follows from the API key alone, never from anything else that a client can send."""

    tenant_id: str
    key_id: str
    scopes: frozenset[str]
    #: Models the key may use; None means every model.
    models: frozenset[str] | None
    #: Priority class; 0 is served first.
    priority: int
    #: Share of a busy model, relative to the other tenants' weights.
    weight: int
    #: By model name; `ALL_MODELS` counts every model together.
    limits: Mapping[str, ModelLimits]
    budget: TokenBudget | None


@dataclass(frozen=True, slots=True)
class Denial:
    """An answer instead of a service, to be sent in OpenAI's error shape."""

    status: int
    code: str
    message: str
    #: Seconds after which the same request may succeed; None when waiting does not help.
    retry_after_s: float | None = None
    headers: Headers = ()


@dataclass(slots=True)
class Reservation:
    """Capacity taken from the tenant's limits; must be settled once, whatever became of the request."""

    principal: Principal
    model: str
    #: Names the request among the tenant's running ones; empty when nothing limits them.
    lease: str
    #: Tokens taken before the answer.
    tokens: int
    #: The period of the tenant's budget that they count in; empty without a budget.
    period: str = ""
    #: Rate-limit headers for the answer.
    headers: Headers = ()
    #: This replica had taken the capacity before the request came.
    in_advance: bool = False


@dataclass(slots=True)  # as frozen it would take several times as long to make
class UsageRecord:
    """What one request used; `request_id` makes writing it twice harmless. Never changed."""

    request_id: str
    tenant_id: str
    key_id: str
    model: str
    endpoint: str
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    #: HTTP status of the answer; 499 when the client left.
    status: int
    stream: bool
    #: Seconds since the epoch.
    started_at: float
    #: Milliseconds to the first token; None when there was none.
    ttft_ms: float | None
    duration_ms: float


@dataclass(frozen=True, slots=True)
class InternalCall:
    """A request that this process makes to itself for a principal it has authenticated before."""

    principal: Principal
    #: Identity of the usage record, the same when the call is repeated.
    request_id: str


class Authenticator(Protocol):
    """Turns the token of `Authorization: Bearer` into a principal."""

    def authenticate_cached(self, token: bytes) -> Principal | Denial | None:
        """What is known without waiting; None means: ask `authenticate`."""

    async def authenticate(self, token: bytes) -> Principal | Denial:
        """The principal, or 401 (unknown or expired key), 403 (suspended tenant), 503 (cannot tell now)."""


class Limiter(Protocol):
    """Applies limits and budgets across all replicas."""

    def hold_place(self, principal: Principal, model: str) -> AbstractAsyncContextManager[None]:
        """Within it a request and a place in flight are taken for `model` (or `ALL_MODELS`), and given back after it.

        Raises RefusedError when there is none.
        """

    async def reserve(self, principal: Principal, model: str, tokens: int) -> Reservation | Denial:
        """Take a request, the tokens that it may need and a place in flight, all or nothing."""

    def settle(self, reservation: Reservation, tokens: int) -> None:
        """Give the place back and correct the estimate to `tokens` really used; written in the background."""


class UsageSink(Protocol):
    """Takes usage records."""

    def record(self, record: UsageRecord) -> Awaitable[None]:
        """Take a record. Await the result: it is there when the record survives the death of this process."""


class ModelCatalogue(Protocol):
    """The models that the gateway routes to, whether an engine runs at the moment or not."""

    def models(self) -> Sequence[str]: ...
