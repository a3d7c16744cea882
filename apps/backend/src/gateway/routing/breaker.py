"""Keeps traffic away from an engine that fails again and again."""

from collections.abc import Callable
from random import SystemRandom
from typing import Final

_FAILURES: Final = 3
_FIRST_PAUSE_SECONDS: Final = 1.0
_LONGEST_PAUSE_SECONDS: Final = 30.0
#: Part of a pause by which it varies, so that replicas do not try at the same moment.
_JITTER: Final = 0.2
_RANDOM: Final = SystemRandom()


class CircuitBreaker:
    """Opens after three failures in a row, for 1 s and twice as long each time up to 30 s; then one request may try."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock`: monotonic seconds."""
        self._clock = clock
        self._failures = 0
        self._pause_s = 0.0
        self._closed_at = 0.0
        self._trying = False

    @property
    def is_open(self) -> bool:
        return self._failures >= _FAILURES

    def allows(self) -> bool:
        """Whether a request may go through now."""
        return not self.is_open or (not self._trying and self._clock() >= self._closed_at)

    def start(self) -> None:
        """A request that `allows` permitted goes out."""
        self._trying = self.is_open

    def succeeded(self) -> None:
        self._failures = 0
        self._pause_s = 0.0
        self._trying = False

    def failed(self) -> None:
        self._failures += 1
        self._trying = False
        if self.is_open:
            self._pause_s = min(max(_FIRST_PAUSE_SECONDS, self._pause_s * 2), _LONGEST_PAUSE_SECONDS)
            self._closed_at = self._clock() + self._pause_s * _RANDOM.uniform(1 - _JITTER, 1 + _JITTER)

    def abandoned(self) -> None:
        """A request ended without saying anything about the engine."""
        self._trying = False
