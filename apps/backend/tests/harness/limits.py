"""Limits as several pods apply them, and what budgets are counted from, without a database."""

from datetime import datetime

from gateway.contracts import Denial, Reservation, TokenBudget
from gateway.limits.limiter import RedisLimiter
from gateway.limits.script import LimitScript
from gateway.redis_link import RedisLink
from gateway.settings import Settings
from harness.principals import principal

#: A tenant with a budget, and no limits.
WHO = principal(budget=TokenBudget("day", 100_000))


class Ledger:
    """Implements `SpentTokens`: says what a test tells it."""

    def __init__(self) -> None:
        self.tokens = 0
        self.asked: list[datetime] = []

    async def spent(self, tenant_id: str, since: datetime) -> int:
        self.asked.append(since)
        return self.tokens


class Replica:
    """A limiter with a connection of its own, as a pod has."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self.link = RedisLink(settings.cache)
        self.script = LimitScript(self.link)
        self.limiter = RedisLimiter(self.script, ledger, "deny")

    async def reserve(self, tokens: int) -> Reservation | Denial:
        return await self.limiter.reserve(WHO, "small", tokens)

    async def take(self, tokens: int) -> Reservation:
        answer = await self.reserve(tokens)
        assert isinstance(answer, Reservation)
        return answer

    async def settle(self, reservation: Reservation, used: int) -> None:
        self.limiter.settle(reservation, used)
        await self.script.drained()

    async def renew(self) -> None:
        """As `maintain` does from time to time."""
        self.script.renew_held()
        await self.script.drained()
