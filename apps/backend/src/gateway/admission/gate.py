"""Lets as much work through to the engines of a model as they can do well, and makes the rest wait its turn."""

import asyncio
from dataclasses import dataclass
from typing import Final

from gateway.admission.fair_queue import FairQueue, Share
from gateway.contracts import Denial, Principal
from gateway.proxy.inference_request import RefusedError

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


class Gate:
    """Admission to one model. Work is counted in tokens; an idle model takes a request of any size."""

    def __init__(self, model: str, limits: GateLimits) -> None:
        self._model = model
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._queue: FairQueue[_Turn] = FairQueue()
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
        if not self._queue and self._fits(tokens):
            self._take(tokens)
            return
        turn = _Turn(self._loop.create_future(), _share(principal), tokens)
        if len(self._queue) >= self._limits.waiting:
            evicted = self._queue.make_room(turn.share)
            if evicted is None:
                raise self._overloaded()
            if not evicted.granted.done():
                evicted.granted.set_exception(self._overloaded())
        self._queue.push(turn, turn.share, max(1, tokens))
        await self._wait(turn)

    def leave(self, tokens: int, duration_s: float) -> None:
        """Give back what `enter` took, after so many seconds."""
        self._mean_s += _SMOOTHING * (duration_s - self._mean_s)
        self._give_back(tokens)

    async def _wait(self, turn: _Turn) -> None:
        patience_s, refusal = self._patience()
        timer = self._loop.call_later(patience_s, self._refuse, turn, refusal)
        try:
            await turn.granted
        except asyncio.CancelledError:
            if turn.granted.cancelled():
                self._queue.discard(turn, turn.share)
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
            self._queue.discard(turn, turn.share)
            turn.granted.set_exception(refusal)

    def _let_in(self) -> None:
        while (turn := self._queue.peek()) and self._fits(turn.tokens):
            self._queue.pop()
            if not turn.granted.done():  # else its client has just left
                self._take(turn.tokens)
                turn.granted.set_result(None)

    def _fits(self, tokens: int) -> bool:
        if self.running >= self._limits.requests * self._engines:
            return False
        return self._tokens + tokens <= self._limits.tokens * self._engines or self.running == 0

    def _take(self, tokens: int) -> None:
        self.running += 1
        self._tokens += tokens

    def _give_back(self, tokens: int) -> None:
        self.running -= 1
        self._tokens -= tokens
        self._let_in()

    def _overloaded(self) -> RefusedError:
        capacity = max(1, self._limits.requests * self._engines)
        wait_s = min(max(1.0, len(self._queue) * self._mean_s / capacity), _LONGEST_RETRY_SECONDS)
        text = f"The model {self._model} has more requests than it can serve. Try again."
        return RefusedError(Denial(503, "model_overloaded", text, wait_s))


def _share(principal: Principal) -> Share:
    return Share(principal.tenant_id, principal.weight, principal.priority)
