"""Limits across replicas: Redis decides, and configuration says what happens while it is away."""

import asyncio
import itertools
import logging
import time
from datetime import datetime
from typing import Final, Literal, Protocol

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from gateway.contracts import Denial, Principal, Reservation
from gateway.limits.allowance import Allowance, new_lease
from gateway.limits.answers import denial, rate_limit_headers
from gateway.limits.local import LocalLimits
from gateway.limits.operations import Operation, ScopeLimits, budget_state, scopes_of
from gateway.limits.periods import current_period
from gateway.limits.script import Answer, LimitScript, ignore_answer

_LOG = logging.getLogger(__name__)

#: A third of the time after which Redis gives the places of a replica that died to others.
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
        #: By tenant and model.
        self._allowances: dict[tuple[str, str], Allowance] = {}
        #: Tenant and limits of every place in flight, by lease.
        self._places: dict[str, tuple[str, tuple[ScopeLimits, ...]]] = {}

    async def reserve(
        self, principal: Principal, model: str, prompt_tokens: int, max_tokens: int | None
    ) -> Reservation | Denial:
        tokens = prompt_tokens + (self._assumed if max_tokens is None else max_tokens)
        allowance = self._allowance(principal, model)
        if not allowance.scopes and not principal.budget:
            return Reservation(principal, model, lease="", tokens=0)
        reservation = allowance.take(tokens)
        if reservation is None:
            answer = await self._ask(Reservation(principal, model, new_lease(), tokens), allowance.scopes)
            if isinstance(answer, Denial):
                return answer
            reservation = answer
        if allowance.limits_flight:
            self._places[reservation.lease] = (principal.tenant_id, allowance.scopes)
        return reservation

    def settle(self, reservation: Reservation, tokens: int) -> None:
        lease, principal, unused = reservation.lease, reservation.principal, reservation.tokens - tokens
        if not lease:
            return
        self._places.pop(lease, None)
        allowance = self._allowances.get((principal.tenant_id, reservation.model))
        if reservation.in_advance and allowance:
            allowance.settle(lease, unused)
            return
        scopes, budget = scopes_of(principal, reservation.model), budget_state(principal.budget)
        operation: Operation = ("settle", principal.tenant_id, (lease,), 0, unused, scopes, budget)
        if self._local is None or not self._local.settle(operation):
            self._script.submit(operation, ignore_answer)

    async def maintain(self) -> None:
        """Give back what is held for nobody, and keep the places of requests that run long, while the task lives."""
        for second in itertools.count(1):
            await asyncio.sleep(1)
            for key, allowance in list(self._allowances.items()):
                if not allowance.sweep():
                    self._allowances.pop(key).close()
            if second % _RENEWAL_SECONDS == 0:
                for lease, (tenant, scopes) in self._places.items():
                    self._script.submit(("renew", tenant, (lease,), 0, 0, scopes, False), ignore_answer)

    def close(self) -> None:
        """Give back what is held in advance."""
        while self._allowances:
            self._allowances.popitem()[1].close()

    def _allowance(self, principal: Principal, model: str) -> Allowance:
        key = (principal.tenant_id, model)
        allowance = self._allowances.get(key)
        if allowance is None or not allowance.fits(principal):
            if allowance:
                allowance.close()
            allowance = self._allowances[key] = Allowance(self._script, principal, model)
        return allowance

    async def _ask(self, reservation: Reservation, scopes: tuple[ScopeLimits, ...]) -> Reservation | Denial:
        try:
            answer = await self._decide(reservation, scopes)
        except asyncio.CancelledError:
            self.settle(reservation, 0)
            raise
        if answer is None:
            return _AWAY
        if answer.outcome != "reserved":
            return denial(answer, reservation.tokens)
        reservation.headers = rate_limit_headers(answer.levels)
        return reservation

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
    budget = budget_state(principal.budget, spent)
    return ("reserve", principal.tenant_id, (reservation.lease,), 1, reservation.tokens, scopes, budget)
