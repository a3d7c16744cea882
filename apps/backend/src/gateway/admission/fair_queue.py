"""Start-time fair queueing (Goyal, Vin, Cheng 1996) with priority classes and a bound."""

import heapq
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Generic, TypeAlias, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Share:
    """Who an item belongs to."""

    tenant: str
    #: Relative to the other tenants in the same class, above 0.
    weight: int
    #: Class; a lower number is always served first.
    priority: int


#: Class and virtual time: the order of turns.
_Moment: TypeAlias = tuple[int, float]


@dataclass(slots=True)
class _Flow(Generic[Item]):
    share: Share
    #: Virtual time at which the first item may start; belongs to the flow, so items dropped from it cost nothing.
    start: float
    items: deque[tuple[Item, float]] = field(default_factory=deque)

    def turns(self) -> Iterator[tuple[_Moment, Item]]:
        """The items with the moments at which they would have their turns."""
        start = self.start
        for item, cost in self.items:
            yield (self.share.priority, start), item
            start += cost / self.share.weight


class FairQueue(Generic[Item]):
    """Serves tenants in proportion to their weights, whatever number of items each has waiting."""

    def __init__(self) -> None:
        self._flows: dict[tuple[int, str], _Flow[Item]] = {}
        self._heap: list[tuple[int, float, int, tuple[int, str]]] = []
        self._virtual_time: dict[int, float] = {}
        self._pushes = 0
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def push(self, item: Item, share: Share, cost: float) -> None:
        """Add an item; `cost` is what serving it takes from the tenant's share, above 0, in any unit."""
        key = (share.priority, share.tenant)
        flow = self._flows.get(key)
        if flow is None:
            flow = self._flows[key] = _Flow(share, start=0.0)
        flow.share = share
        flow.items.append((item, cost))
        self._size += 1
        if len(flow.items) == 1:
            flow.start = max(flow.start, self._virtual_time.get(share.priority, 0.0))
            self._schedule(key, flow)

    def peek(self) -> Item | None:
        """The item whose turn it is, or None."""
        key = self._first()
        return self._flows[key].items[0][0] if key else None

    def pop(self) -> Item | None:
        """Take the item whose turn it is, or None."""
        key = self._first()
        if key is None:
            return None
        flow = self._flows[key]
        return self._serve(flow, flow.items[0])

    def in_turn(self) -> Iterator[Item]:
        """The items in the order of their turns."""
        turns = heapq.merge(*(flow.turns() for flow in self._flows.values()), key=itemgetter(0))
        return (item for _, item in turns)

    def take(self, item: Item, share: Share) -> None:
        """Take an item before its turn; its tenant pays as for any other."""
        flow = self._flows[share.priority, share.tenant]
        self._serve(flow, next(entry for entry in flow.items if entry[0] is item))

    def discard(self, item: Item, share: Share) -> bool:
        """Drop an item that waits no longer; whether it was still here."""
        flow = self._flows.get((share.priority, share.tenant))
        entry = next((entry for entry in flow.items if entry[0] is item), None) if flow else None
        if flow is None or entry is None:
            return False
        flow.items.remove(entry)
        self._dropped()
        return True

    def may_push(self, share: Share) -> bool:
        """Whether `make_room` would find something to drop."""
        return self._longest_rival(share) is not None

    def make_room(self, share: Share) -> Item | None:
        """Drop the newest item of the tenant that has the most waiting for its weight, to let `share` push one.

        None when that is `share`'s own tenant, or everybody else is of a better class: then it must not push.
        """
        longest = self._longest_rival(share)
        if longest is None:
            return None
        item, _ = longest.items.pop()
        self._dropped()
        return item

    def _longest_rival(self, share: Share) -> _Flow[Item] | None:
        rivals = (flow for flow in self._flows.values() if flow.items and flow.share.priority >= share.priority)
        longest = max(rivals, key=_excess, default=None)
        if longest is None or longest.share.priority > share.priority:
            return longest
        own = self._flows.get((share.priority, share.tenant))
        waiting = len(own.items) if own else 0
        return longest if _excess(longest)[1] > (waiting + 1) / share.weight else None

    def _serve(self, flow: _Flow[Item], entry: tuple[Item, float]) -> Item:
        item, cost = entry
        flow.items.remove(entry)
        self._size -= 1
        priority = flow.share.priority
        self._virtual_time[priority] = max(flow.start, self._virtual_time.get(priority, 0.0))
        flow.start += cost / flow.share.weight
        if flow.items:
            self._schedule((priority, flow.share.tenant), flow)
        self._forget_the_idle()
        return item

    def _schedule(self, key: tuple[int, str], flow: _Flow[Item]) -> None:
        self._pushes += 1
        heapq.heappush(self._heap, (flow.share.priority, flow.start, self._pushes, key))

    def _first(self) -> tuple[int, str] | None:
        while self._heap:
            _, start, _, key = self._heap[0]
            flow = self._flows.get(key)
            if flow and flow.items and flow.start == start:
                return key
            heapq.heappop(self._heap)
        return None

    def _dropped(self) -> None:
        self._size -= 1
        self._forget_the_idle()

    def _forget_the_idle(self) -> None:
        """With nobody waiting there is nothing to be fair about: start afresh."""
        if self._size == 0:
            self._flows.clear()
            self._heap.clear()
            self._virtual_time.clear()


def _excess(flow: _Flow[Item]) -> tuple[int, float]:
    return flow.share.priority, len(flow.items) / flow.share.weight
