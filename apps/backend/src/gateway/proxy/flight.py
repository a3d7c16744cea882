"""What is known about a request while it is on its way."""

import itertools
import secrets
import time
from dataclasses import dataclass, field
from typing import Final

from gateway.contracts import Principal, UsageRecord
from gateway.proxy.engine_usage import Usage

_REPLICA: Final = secrets.token_hex(8)
_NUMBERS: Final = itertools.count(1)


def new_request_id() -> str:
    """An identity that no other request of any replica has. Clients cannot choose it: usage is counted by it."""
    return f"req-{_REPLICA}-{next(_NUMBERS):x}"


@dataclass(slots=True)
class Flight:
    """One request for inference, from its arrival to its usage record."""

    path: str
    request_id: str = field(default_factory=new_request_id)
    #: Seconds since the epoch, and of the clock that durations are measured with.
    started_at: float = field(default_factory=time.time)
    started: float = field(default_factory=time.perf_counter)
    #: As far as known; empty before the request was read, and for models that are not routed.
    model: str = ""
    #: HTTP status of the answer; 499 as long as the client could still leave without one.
    status: int = 499
    ttft_s: float | None = None

    def elapsed_s(self) -> float:
        return time.perf_counter() - self.started

    def record(self, principal: Principal, usage: Usage, *, stream: bool) -> UsageRecord:
        return UsageRecord(
            request_id=self.request_id,
            tenant_id=principal.tenant_id,
            key_id=principal.key_id,
            model=self.model,
            endpoint=self.path,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            cached_tokens=usage.cached_tokens,
            status=self.status,
            stream=stream,
            started_at=self.started_at,
            ttft_ms=None if self.ttft_s is None else self.ttft_s * 1000,
            duration_ms=self.elapsed_s() * 1000,
        )
