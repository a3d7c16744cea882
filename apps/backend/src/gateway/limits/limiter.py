"""Limits across replicas: Redis decides, and configuration says what happens while it is away."""

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final, Literal, Protocol

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from gateway.contracts import Denial, Principal, Reservation
from gateway.errors import RefusedError
from gateway.limits.allowance import Allowance, new_lease
from gateway.limits.answers import denial, rate_limit_headers
from gateway.limits.local import LocalLimits
from gateway.limits.operations import BudgetState, Operation, ScopeLimits, budget_state, scopes_of
from gateway.limits.periods import Period, current_period
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
        without_redis: Literal["deny", "local"],
    ) -> None:
        self._script = script
        self._spent = spent
        self._local = LocalLimits() if without_redis == "local" else None
        self._away_until = 0.0
        #: By tenant and model.
        self._allowances: dict[tuple[str, str], Allowance] = {}
        #: Tenant and limits of every place in flight, by lease.
        self._places: dict[str, tuple[str, tuple[ScopeLimits, ...]]] = {}

    @asynccontextmanager
    async def hold_place(self, principal: Principal, model: str) -> AsyncIterator[None]:
        scopes = scopes_of(principal, model)
        if not scopes and not principal.budget:
            yield
            return
        held = await self._ask(Reservation(principal, model, new_lease(), tokens=1), scopes)
        if isinstance(held, Denial):
            raise RefusedError(held)
        self._places[held.lease] = (principal.tenant_id, scopes)
        try:
            yield
        finally:
            self._give_back(held, requests=1, used=0)

    async def reserve(self, principal: Principal, model: str, tokens: int) -> Reservation | Denial:
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
        if not reservation.lease:
            return
        allowance = self._allowances.get((reservation.principal.tenant_id, reservation.model))
        if reservation.in_advance and allowance and allowance.period == reservation.period:
            self._places.pop(reservation.lease, None)
            allowance.settle(reservation, tokens)
        else:
            self._give_back(reservation, requests=0, used=tokens)

    async def maintain(self) -> None:
        """Give back what is held for nobody, and keep the places of requests that run long, while the task lives."""
        for second in itertools.count(1):
            await asyncio.sleep(1)
            for key, allowance in list(self._allowances.items()):
                if not allowance.sweep():
                    self._allowances.pop(key).close()
            if second % _RENEWAL_SECONDS == 0:
                self.renew()

    def renew(self) -> None:
        """Keep what running requests have taken, also in a Redis that has forgotten it."""
        self._script.renew_held()
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
        answer = await self._decide(reservation, scopes)
        if answer is None:
            return _AWAY
        if answer.outcome != "reserved":
            return denial(answer, reservation.tokens)
        reservation.headers = rate_limit_headers(answer.levels)
        return reservation

    async def _decide(self, reservation: Reservation, scopes: tuple[ScopeLimits, ...]) -> Answer | None:
        """The answer of Redis, or of this replica when that is allowed; None when nobody can tell."""
        budget = reservation.principal.budget
        period = current_period(budget.period) if budget else None
        reservation.period = period.name if period else ""
        operation = _reserve(reservation, scopes, period)
        if time.monotonic() >= self._away_until:
            try:
                answer = await self._script.ask(operation)
                if answer.outcome == "unknown budget" and period:
                    spent = await self._spent.spent(reservation.principal.tenant_id, period.start)
                    answer = await self._script.ask(_reserve(reservation, scopes, period, spent))
                return answer
            except SQLAlchemyError as error:
                _LOG.warning("budgets are without PostgreSQL: %s", error)
                return None
            except (RedisError, OSError, TimeoutError) as error:
                self._away_until = time.monotonic() + _RETRY_SECONDS
                _LOG.warning("limits are without Redis: %s: %s", type(error).__name__, error)
        return self._local.reserve(operation) if self._local else None

    def _give_back(self, reservation: Reservation, requests: int, used: int) -> None:
        self._places.pop(reservation.lease, None)
        principal, taken = reservation.principal, reservation.tokens
        scopes = scopes_of(principal, reservation.model)
        budget: BudgetState | Literal[False] = (reservation.period, 0, 0, taken) if reservation.period else False
        leases = (reservation.lease,)
        operation: Operation = ("settle", principal.tenant_id, leases, requests, taken - used, scopes, budget)
        if self._local is None or not self._local.settle(operation):
            self._script.submit(operation, ignore_answer)


def _reserve(
    reservation: Reservation, scopes: tuple[ScopeLimits, ...], period: Period | None, spent: int = -1
) -> Operation:
    principal = reservation.principal
    budget = budget_state(principal, period, spent)
    return ("reserve", principal.tenant_id, (reservation.lease,), 1, reservation.tokens, scopes, budget)
