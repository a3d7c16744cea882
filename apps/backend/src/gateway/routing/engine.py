"""What the gateway knows about one engine."""

from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from gateway.proxy.engine_error import NOT_ITS_FAULT, EngineError
from gateway.proxy.pool import EnginePool
from gateway.routing.breaker import CircuitBreaker

EngineState: TypeAlias = Literal["ready", "unhealthy", "open"]

#: Result of a health check. `gone`: nobody listens any more.
Checkup: TypeAlias = Literal["well", "unwell", "gone"]

#: Failed health checks in a row until an engine counts as unhealthy; one good check makes it healthy.
_FAILED_CHECKS: Final = 2


class Engine:
    """One process that serves a model: its connections, its load, its health."""

    def __init__(self, host: str, port: int, clock: Callable[[], float]) -> None:
        self.host = host
        self.pool = EnginePool(host, port)
        self.address = self.pool.address
        self.breaker = CircuitBreaker(clock)
        #: Requests on their way.
        self.outstanding = 0
        #: Time of the clock at which it last began to answer a request.
        self.answered_at = 0.0
        #: Unknown engines get no traffic: a model that is still loading would only fail it.
        self.healthy = False
        #: What its model reads and writes for one answer at most; 0 when it does not say, None before it was asked.
        self.context_tokens: int | None = None
        self._failed_checks = 0

    @property
    def state(self) -> EngineState:
        if not self.healthy:
            return "unhealthy"
        return "open" if self.breaker.is_open else "ready"

    def checked(self, result: Checkup) -> bool:
        """Take the result of a health check; whether the engine became healthy or unhealthy by it."""
        before = self.healthy
        self._failed_checks = 0 if result == "well" else self._failed_checks + 1
        if result == "well":
            self.healthy = True
        elif result == "gone" or self._failed_checks >= _FAILED_CHECKS:
            self.healthy = False
        if self.healthy and not before:
            self.breaker.succeeded()  # most likely a new process, which is not to blame for the old one
        return self.healthy != before

    def failed(self, error: EngineError) -> bool:
        """Learn from a request; whether the engine became unhealthy by it."""
        if error.reason in NOT_ITS_FAULT:
            self.breaker.abandoned()
            return False
        self.breaker.failed()
        if error.reason != "refused" or not self.healthy:
            return False
        self.healthy = False
        return True
