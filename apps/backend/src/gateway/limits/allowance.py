"""What this replica holds in advance for busy tenants, so that their requests need not wait for Redis.

Redis still decides: what is held was taken there, in one step, and is about a hundredth of what was left at most. What
is held and not used goes back within two seconds. A tenant near its limits gets nothing in advance: its requests ask
one by one.
"""

import asyncio
import itertools
import math
import secrets
from collections import deque
from collections.abc import Sequence
from functools import partial
from typing import Final

from gateway.contracts import Principal, Reservation
from gateway.limits.answers import RateLimitHeaders
from gateway.limits.operations import Verb, budget_state, scopes_of
from gateway.limits.periods import current_period
from gateway.limits.script import Answer, LimitScript, Receiver, ignore_answer

#: Part of a second for whose requests a replica holds enough, and the most that it holds.
_AHEAD_SECONDS: Final = 0.1
_MOST: Final = 500
#: Seconds for which ended requests gather until they are settled.
_SETTLE_SECONDS: Final = 0.1
#: Seconds without asking after Redis gave nothing.
_PAUSE_SECONDS: Final = 1.0
#: Weight of the newest request in the mean of tokens.
_SMOOTHING: Final = 0.1

_REPLICA: Final = secrets.token_hex(4)
_NUMBERS: Final = itertools.count()


def new_lease() -> str:
    """A name for a request in flight that no other one of any replica has."""
    return f"{_REPLICA}-{next(_NUMBERS):x}"


class Allowance:
    """Requests of one tenant for one model that may pass without asking."""

    def __init__(self, script: LimitScript, principal: Principal, model: str) -> None:
        self._script = script
        self._loop = asyncio.get_running_loop()
        self._principal = principal
        self._model = model
        #: The limits that a request has to pass, the period of the budget, and whether places in flight are limited.
        self.scopes = scopes_of(principal, model)
        self._period = current_period(principal.budget.period) if principal.budget else None
        self.period = self._period.name if self._period else ""
        self.limits_flight = any(concurrency >= 0 for _, _, _, concurrency in self.scopes)
        #: What is held: a lease for each request, and tokens for all of them.
        self._leases: deque[str] = deque()
        self._tokens = 0
        #: Requests and tokens below which more are asked for.
        self._enough = 1
        self._enough_tokens = 1
        self._headers = RateLimitHeaders(())
        #: Requests that came since the last `sweep` and in the second before it; tokens that one takes.
        self._came = 0
        self._rate = 0
        self._tokens_each = 0.0
        self._asking = False
        self._asks_again_at = 0.0
        self._closed = False
        #: What ended requests give back: places, the tokens they had taken, and those of them that they did not use
        #: (negative: used beyond the estimate).
        self._ended: list[str] = []
        self._taken = 0
        self._unused = 0
        self._settling: asyncio.TimerHandle | None = None

    def fits(self, principal: Principal) -> bool:
        """Whether these limits are still the principal's, and its budget in the same period."""
        mine = self._principal
        if principal is not mine:
            if principal.limits != mine.limits or principal.budget != mine.budget:
                return False
            self._principal = principal
        return principal.budget is None or current_period(principal.budget.period) is self._period

    def take(self, tokens: int) -> Reservation | None:
        """A request of so many tokens, if it is held; else Redis has to be asked."""
        self._came += 1
        self._tokens_each += (tokens - self._tokens_each) * _SMOOTHING if self._tokens_each else tokens
        leases = self._leases
        if len(leases) < self._enough or self._tokens < self._enough_tokens or self._tokens < tokens:
            self._ask()
            if not leases or self._tokens < tokens:
                return None
        self._tokens -= tokens
        lease = leases.popleft()
        headers = self._headers.with_more(len(leases), self._tokens)
        return Reservation(self._principal, self._model, lease, tokens, self.period, headers, in_advance=True)

    def settle(self, reservation: Reservation, used: int) -> None:
        """Give back the place of a request that was taken here, and tokens, together with those of others."""
        self._ended.append(reservation.lease)
        self._taken += reservation.tokens
        self._unused += reservation.tokens - used
        if len(self._ended) >= _MOST:
            self._settle_ended()
        elif self._settling is None:
            self._settling = self._loop.call_later(_SETTLE_SECONDS, self._settle_ended)

    def sweep(self) -> bool:
        """To be called each second: give back what it did not need; whether any request came in it."""
        self._rate, self._came = self._came, 0
        wanted = self._wanted()
        self._enough = max(1, min(self._enough, wanted // 2))
        spare = len(self._leases) - wanted
        if spare > 0:
            self._give_back(spare)
        return self._rate > 0

    def close(self) -> None:
        """Give everything back."""
        self._closed = True
        self._give_back(len(self._leases))
        self._settle_ended()

    def _wanted(self) -> int:
        return min(_MOST, int(max(self._came, self._rate) * _AHEAD_SECONDS))

    def _ask(self) -> None:
        wanted = self._wanted()
        if not wanted or self._asking or self._loop.time() < self._asks_again_at:
            return
        leases = [new_lease() for _ in range(max(1, wanted - len(self._leases)))]
        tokens = max(1, math.ceil(self._tokens_each))
        self._asking = True
        self._settle_ended()
        self._submit("advance", leases, len(leases), tokens, -1, partial(self._received, leases, tokens))

    def _received(self, leases: list[str], tokens: int, answer: Answer | Exception) -> None:
        self._asking = False
        if isinstance(answer, Exception) or not answer.requests:
            self._asks_again_at = self._loop.time() + _PAUSE_SECONDS
            return
        self._leases.extend(leases[: answer.requests])
        self._tokens += answer.requests * tokens
        # Where Redis gave less than was asked for, that is what this replica may hold.
        most = len(self._leases) if answer.requests == len(leases) else answer.requests
        self._enough = max(1, most // 2)
        self._enough_tokens = self._enough * tokens
        self._headers = RateLimitHeaders(answer.levels)
        if self._closed:
            self.close()

    def _give_back(self, requests: int) -> None:
        held = len(self._leases)
        tokens = self._tokens if requests == held else self._tokens * requests // held
        if not requests and not tokens:
            return
        self._tokens -= tokens
        leases = [self._leases.popleft() for _ in range(requests)]
        self._submit("settle", leases, requests, tokens, tokens)

    def _settle_ended(self) -> None:
        if self._settling:
            self._settling.cancel()
            self._settling = None
        leases, taken, unused = self._ended, self._taken, self._unused
        self._ended, self._taken, self._unused = [], 0, 0
        if leases:
            self._submit("settle", leases, 0, unused, taken)

    def _submit(
        self, verb: Verb, leases: Sequence[str], requests: int, tokens: int, taken: int, done: Receiver = ignore_answer
    ) -> None:
        who = self._principal
        places = leases if self.limits_flight else ()
        budget = budget_state(who, self._period, taken)
        self._script.submit((verb, who.tenant_id, places, requests, tokens, self.scopes, budget), done)
