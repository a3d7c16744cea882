"""Tokens of budgets that this replica has taken in Redis and not given back yet."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.limits.operations import Operation


@dataclass(slots=True)
class _Held:
    #: Seconds since the epoch at which the period ends.
    ends: float
    tokens: int = 0


class HeldTokens:
    """Follows the answers of Redis in their order, so it is what Redis has taken as this replica's."""

    def __init__(self) -> None:
        #: By tenant and period.
        self._held: dict[tuple[str, str], _Held] = {}

    def answered(self, operation: Operation, requests: int) -> None:
        """Hear that an operation with a budget took so many requests; none when nobody knows what became of it."""
        verb, tenant, _, _, tokens, _, budget = operation
        if not budget or verb == "renew":
            return
        period, _, left_ms, taken = budget
        held = self._held.setdefault((tenant, period), _Held(time.time() + left_ms / 1000))
        if verb == "settle":
            held.tokens -= taken
        else:
            held.tokens += requests * tokens

    def renewals(self) -> Iterator[Operation]:
        """Say all of it, each as it is when it is asked for; what has become nothing is said once more."""
        for (tenant, period), held in list(self._held.items()):
            left_ms = max(0, int((held.ends - time.time()) * 1000))
            yield "renew", tenant, (), 0, 0, (), (period, 0, left_ms, held.tokens)
            if not held.tokens:
                self._held.pop((tenant, period), None)
