"""Limits across replicas: Redis decides, and configuration says what happens while it is away."""

import asyncio
import itertools
import logging
import secrets
import time
from datetime import datetime
from typing import Final, Literal, Protocol

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from gateway.contracts import ALL_MODELS, Denial, ModelLimits, Principal, Reservation, TokenBudget
from gateway.limits.answers import denial, rate_limit_headers
from gateway.limits.local import LocalLimits
from gateway.limits.periods import current_period
from gateway.limits.script import Answer, BudgetState, LimitScript, Operation, ScopeLimits

_LOG = logging.getLogger(__name__)

#: A replica that died gives its places in flight back after this time.
_LEASE_MS: Final = 60_000
_RENEWAL_SECONDS: Final = 20
#: Seconds without Redis before it is tried again.
_RETRY_SECONDS: Final = 1.0

_AWAY = Denial(503, "limits_unavailable", "Limits cannot be checked at the moment. Try again.", _RETRY_SECONDS)


class SpentTokens(Protocol):
    """Where the tokens spent in a period are known for good."""

    async def spent(self, tenant_id: str, since: datetime) -> int: ...


class RedisLimiter:
    """Implements `Limiter`."""

    def __init__(
        self,
        script: LimitScript,
        spent: SpentTokens,
        assumed_completion_tokens: int,
        without_redis: Literal["deny", "local"],
    ) -> None:
        self._script = script
        self._spent = spent
        self._assumed = assumed_completion_tokens
        self._local = LocalLimits() if without_redis == "local" else None
        self._away_until = 0.0
        self._replica = secrets.token_hex(4)
        self._numbers = itertools.count()
        self._open: dict[str, Operation] = {}

    async def reserve(
        self, principal: Principal, model: str, prompt_tokens: int, max_tokens: int | None
    ) -> Reservation | Denial:
        scopes = _scopes(principal, model)
        if not scopes and not principal.budget:
            return Reservation(principal, model, lease="", tokens=0)
        tokens = prompt_tokens + (self._assumed if max_tokens is None else max_tokens)
        reservation = Reservation(principal, model, f"{self._replica}-{next(self._numbers)}", tokens)
        try:
            answer = await self._decide(reservation, scopes)
        except asyncio.CancelledError:
            self.settle(reservation, 0)
            raise
        if answer is None:
            return _AWAY
        if answer.outcome != "reserved":
            return denial(answer, tokens)
        reservation.headers = rate_limit_headers(answer.levels)
        if any(concurrency >= 0 for _, _, _, concurrency in scopes):
            renewal: Operation = ("renew", principal.tenant_id, reservation.lease, _LEASE_MS, 0, scopes, False)
            self._open[reservation.lease] = renewal
        return reservation

    def settle(self, reservation: Reservation, tokens: int) -> None:
        if not reservation.lease:
            return
        self._open.pop(reservation.lease, None)
        principal = reservation.principal
        scopes = _scopes(principal, reservation.model)
        unused = reservation.tokens - tokens
        operation: Operation = (
            "settle",
            principal.tenant_id,
            reservation.lease,
            0,
            unused,
            scopes,
            _budget(principal.budget),
        )
        if self._local is None or not self._local.settle(operation):
            self._script.tell(operation)

    async def keep_leases(self) -> None:
        """Renew the places of requests that run long, for as long as the task lives."""
        while True:
            await asyncio.sleep(_RENEWAL_SECONDS)
            for operation in list(self._open.values()):
                self._script.tell(operation)

    async def _decide(self, reservation: Reservation, scopes: tuple[ScopeLimits, ...]) -> Answer | None:
        """The answer of Redis, or of this replica when that is allowed; None when nobody can tell."""
        operation = _reservation(reservation, scopes)
        if time.monotonic() >= self._away_until:
            try:
                answer = await self._script.ask(operation)
                if answer.outcome == "unknown budget":
                    answer = await self._script.ask(await self._with_spent(reservation, scopes))
                return answer
            except SQLAlchemyError as error:
                _LOG.warning("budgets are without PostgreSQL: %s", error)
                return None
            except (RedisError, OSError, TimeoutError) as error:
                self._away_until = time.monotonic() + _RETRY_SECONDS
                _LOG.warning("limits are without Redis: %s: %s", type(error).__name__, error)
        return self._local.reserve(operation) if self._local else None

    async def _with_spent(self, reservation: Reservation, scopes: tuple[ScopeLimits, ...]) -> Operation:
        budget = reservation.principal.budget
        spent = -1
        if budget:
            since = current_period(budget.period).start
            spent = await self._spent.spent(reservation.principal.tenant_id, since)
        return _reservation(reservation, scopes, spent)


def _reservation(reservation: Reservation, scopes: tuple[ScopeLimits, ...], spent: int = -1) -> Operation:
    principal = reservation.principal
    budget = _budget(principal.budget, spent)
    return ("reserve", principal.tenant_id, reservation.lease, _LEASE_MS, reservation.tokens, scopes, budget)


def _scopes(principal: Principal, model: str) -> tuple[ScopeLimits, ...]:
    return tuple(_scope(name, principal.limits[name]) for name in (model, ALL_MODELS) if name in principal.limits)


def _scope(name: str, limits: ModelLimits) -> ScopeLimits:
    numbers = (limits.requests_per_minute, limits.tokens_per_minute, limits.concurrency)
    rpm, tpm, concurrency = (-1 if number is None else number for number in numbers)
    return name, rpm, tpm, concurrency


def _budget(budget: TokenBudget | None, spent: int = -1) -> BudgetState | Literal[False]:
    if budget is None:
        return False
    period = current_period(budget.period)
    return period.name, budget.tokens, int((period.ends - time.time()) * 1000), spent
