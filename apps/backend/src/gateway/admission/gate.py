"""Lets as much work through to the engines of a model as they can do well, and makes the rest wait its turn."""

import asyncio
from bisect import bisect_left, insort
from dataclasses import dataclass
from typing import Final

from gateway.admission.fair_queue import FairQueue, Share
from gateway.contracts import Denial, Principal
from gateway.errors import RefusedError

#: Weight of the newest duration in the mean.
_SMOOTHING: Final = 0.1
_LONGEST_RETRY_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class GateLimits:
    """What one engine gets from this replica, and who may wait for it."""

    #: Requests in flight per engine.
    requests: int
    #: Tokens in flight per engine, prompt and possible completion.
    tokens: int
    #: Requests waiting per model.
    waiting: int
    #: Seconds a request waits for its turn.
    turn_s: float
    #: Seconds a request waits while no engine runs.
    cold_s: float


@dataclass(slots=True, eq=False)
class _Turn:
    granted: asyncio.Future[None]
    share: Share
    tokens: int
    #: Tokens of smaller requests that passed this one while it was first and did not fit.
    passed_by: int = 0


class Gate:
    """Admission to one model. Work is counted in tokens, that of a request as no more than what one engine takes.

    A request that does not fit is passed by smaller ones, until they have taken as much as it asks for; then the model
    is kept for it until it fits or leaves.
    """

    def __init__(self, model: str, limits: GateLimits) -> None:
        self._model = model
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._queue: FairQueue[_Turn] = FairQueue()
        #: Tokens of everything in the queue, ascending.
        self._sizes: list[int] = []
        self._engines = 0
        self._tokens = 0
        self._mean_s = 1.0
        #: Requests let through and not back yet.
        self.running = 0

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def resize(self, engines: int) -> None:
        """Hear how many engines are healthy."""
        self._engines = engines
        self._let_in()

    def refuse_if_full(self, principal: Principal) -> None:
        """Raise RefusedError when `enter` would refuse: before anything is spent on the request."""
        if len(self._queue) >= self._limits.waiting and not self._queue.may_push(_share(principal)):
            raise self._overloaded()

    async def enter(self, principal: Principal, tokens: int) -> None:
        """Wait until a request of so many tokens may go. Raises RefusedError when it may not, or not in time."""
        tokens = min(tokens, self._limits.tokens)
        if not self._queue and self._fits(tokens):
            self._take(tokens)
            return
        turn = _Turn(self._loop.create_future(), _share(principal), tokens)
        if len(self._queue) >= self._limits.waiting:
            evicted = self._queue.make_room(turn.share)
            if evicted is None:
                raise self._overloaded()
            self._forget_size(evicted)
            if not evicted.granted.done():
                evicted.granted.set_exception(self._overloaded())
        self._queue.push(turn, turn.share, max(1, tokens))
        insort(self._sizes, tokens)
        self._let_in()
        await self._wait(turn)

    def leave(self, tokens: int, duration_s: float) -> None:
        """Give back what `enter` took, after so many seconds."""
        self._mean_s += _SMOOTHING * (duration_s - self._mean_s)
        self._give_back(min(tokens, self._limits.tokens))

    async def _wait(self, turn: _Turn) -> None:
        patience_s, refusal = self._patience()
        timer = self._loop.call_later(patience_s, self._refuse, turn, refusal)
        try:
            await turn.granted
        except asyncio.CancelledError:
            if turn.granted.cancelled():
                self._drop(turn)
            elif turn.granted.exception() is None:
                self._give_back(turn.tokens)
            raise
        finally:
            timer.cancel()

    def _patience(self) -> tuple[float, RefusedError]:
        """Seconds to wait, and what to say afterwards."""
        if self._engines:
            return self._limits.turn_s, self._overloaded()
        text = f"No engine for the model {self._model} became ready within {self._limits.cold_s:g} s. Try again."
        return self._limits.cold_s, RefusedError(Denial(503, "model_starting", text, self._limits.turn_s))

    def _refuse(self, turn: _Turn, refusal: RefusedError) -> None:
        if not turn.granted.done():
            turn.granted.set_exception(refusal)
            self._drop(turn)

    def _drop(self, turn: _Turn) -> None:
        """Wait no longer for it: what is behind it may fit."""
        if self._queue.discard(turn, turn.share):
            self._forget_size(turn)
            self._let_in()

    def _let_in(self) -> None:
        while turn := self._next():
            self._queue.take(turn, turn.share)
            self._forget_size(turn)
            if not turn.granted.done():  # else its client has just left
                self._take(turn.tokens)
                turn.granted.set_result(None)

    def _next(self) -> _Turn | None:
        """The first in turn if it fits, else the first that may pass it."""
        first = self._queue.peek()
        if first is None or self._fits(first.tokens):
            return first
        if self.running >= self._places:
            return None
        most = min(self._limits.tokens * self._engines - self._tokens, first.tokens - first.passed_by)
        if self._sizes[0] > most:
            return None
        small = (turn for turn in self._queue.in_turn() if turn.tokens <= most and not turn.granted.done())
        passing = next(small, None)
        first.passed_by += passing.tokens if passing else 0
        return passing

    def _forget_size(self, turn: _Turn) -> None:
        del self._sizes[bisect_left(self._sizes, turn.tokens)]

    @property
    def _places(self) -> int:
        return self._limits.requests * self._engines

    def _fits(self, tokens: int) -> bool:
        return self.running < self._places and self._tokens + tokens <= self._limits.tokens * self._engines

    def _take(self, tokens: int) -> None:
        self.running += 1
        self._tokens += tokens

    def _give_back(self, tokens: int) -> None:
        self.running -= 1
        self._tokens -= tokens
        self._let_in()

    def _overloaded(self) -> RefusedError:
        capacity = max(1, self._places)
        wait_s = min(max(1.0, len(self._queue) * self._mean_s / capacity), _LONGEST_RETRY_SECONDS)
        text = f"The model {self._model} has more requests than it can serve. Try again."
        return RefusedError(Denial(503, "model_overloaded", text, wait_s))


def _share(principal: Principal) -> Share:
    return Share(principal.tenant_id, principal.weight, principal.priority)
