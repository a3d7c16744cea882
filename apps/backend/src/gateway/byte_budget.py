"""Bytes that a process holds for its clients at a time: what they send, in memory or on its disk."""

from typing import Final

from gateway.contracts import Denial

#: Bytes that are held without being counted: the limits on requests bound how many there are of such a size.
UNCOUNTED: Final = 64 * 1024
#: For a request that finds no room.
NO_ROOM: Final = Denial(503, "bodies_busy", "Too many large requests are under way. Try again.", 1.0)


class ByteBudget:
    """A tenant gets no more than what is left for the others: alone half of all, or one piece of any size."""

    def __init__(self, most: int) -> None:
        self._free = most
        self._held: dict[str, int] = {}

    def resize(self, tenant_id: str, before: int, after: int) -> bool:
        """Hold another number of bytes for a request of the tenant; False, and as before, when there is no room."""
        others = self._held.get(tenant_id, 0) - before
        free = self._free + before
        if after and others + after > free:
            return False
        self._free = free - after
        self._held[tenant_id] = others + after
        if not others + after:
            del self._held[tenant_id]
        return True


class Holding:
    """What is held for one request. To be released once."""

    __slots__ = ("_budget", "_bytes", "_tenant_id")

    def __init__(self, budget: ByteBudget, tenant_id: str) -> None:
        self._budget = budget
        self._tenant_id = tenant_id
        self._bytes = 0

    def cover(self, size: int) -> bool:
        """Hold a request of so many bytes, of which some may be held already; False when there is no room."""
        if size <= UNCOUNTED or size <= self._bytes:
            return True
        if not self._budget.resize(self._tenant_id, self._bytes, size):
            return False
        self._bytes = size
        return True

    def release(self) -> None:
        """Nothing is held any more. Doing it again changes nothing."""
        if self._bytes:
            self._budget.resize(self._tenant_id, self._bytes, 0)
            self._bytes = 0
