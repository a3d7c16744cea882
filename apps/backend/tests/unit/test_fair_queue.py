"""Shares are kept whatever the tenants do."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.admission.fair_queue import FairQueue, Share

_TENANTS = st.sampled_from(["a", "b", "c", "d"])
_PRIORITIES = st.integers(0, 2)
_COSTS = st.integers(1, 1000)


@given(st.dictionaries(_TENANTS, st.integers(1, 5), min_size=2), st.integers(1, 50))
def test_backlogged_tenants_are_served_by_weight(weights: dict[str, int], cost: int) -> None:
    queue: FairQueue[str] = FairQueue()
    rounds = 20
    for tenant, weight in weights.items():
        for _ in range(rounds * weight * 2):
            queue.push(tenant, Share(tenant, weight, 0), cost)
    served = Counter(queue.pop() for _ in range(rounds * sum(weights.values())))
    for tenant, weight in weights.items():
        assert served[tenant] == pytest.approx(rounds * weight, abs=2)


@given(st.integers(1, 200), st.integers(1, 20))
def test_a_greedy_tenant_does_not_delay_a_polite_one(backlog: int, cost: int) -> None:
    queue: FairQueue[str] = FairQueue()
    for _ in range(backlog):
        queue.push("greedy", Share("greedy", 1, 0), cost)
    queue.pop()
    queue.push("polite", Share("polite", 1, 0), cost)
    assert "polite" in {queue.pop(), queue.pop()}


@given(st.lists(_COSTS, min_size=1, max_size=20), st.lists(_COSTS, min_size=1, max_size=20))
def test_shares_are_counted_in_cost_not_in_items(one: list[int], two: list[int]) -> None:
    queue: FairQueue[tuple[str, int]] = FairQueue()
    for tenant, costs in (("one", one), ("two", two)):
        for cost in costs:
            queue.push((tenant, cost), Share(tenant, 1, 0), cost)
    served = {"one": 0, "two": 0}
    left = {"one": len(one), "two": len(two)}
    while all(left.values()):
        item = queue.pop()
        assert item
        served[item[0]] += item[1]
        left[item[0]] -= 1
        if all(left.values()):
            assert abs(served["one"] - served["two"]) <= max(*one, *two)


def test_in_turn_is_the_order_in_which_items_would_be_taken() -> None:
    queue: FairQueue[str] = FairQueue()
    for tenant, priority, costs in (("batch", 9, (1, 1)), ("one", 1, (10, 10, 10)), ("two", 1, (16, 16))):
        for number, cost in enumerate(costs):
            queue.push(f"{tenant} {number}", Share(tenant, 1, priority), cost)
    order = ["one 0", "two 0", "one 1", "two 1", "one 2", "batch 0", "batch 1"]
    assert list(queue.in_turn()) == order
    assert [queue.pop() for _ in order] == order


def test_who_passes_others_waits_behind_them_next_time() -> None:
    queue: FairQueue[str] = FairQueue()
    one, two = Share("one", 1, 0), Share("two", 1, 0)
    queue.push("one large", one, 100)
    queue.push("two small", two, 10)
    queue.take("two small", two)
    queue.push("two again", two, 10)
    assert [queue.pop(), queue.pop()] == ["one large", "two again"]


def test_a_full_queue_gives_the_place_of_the_longest_to_the_shorter() -> None:
    queue: FairQueue[str] = FairQueue()
    greedy, polite = Share("greedy", 1, 0), Share("polite", 1, 0)
    for number in range(10):
        queue.push(f"greedy {number}", greedy, 1)
    assert queue.make_room(greedy) is None
    assert queue.make_room(polite) == "greedy 9"


def test_a_better_class_takes_the_place_of_a_worse_one_never_the_reverse() -> None:
    queue: FairQueue[str] = FairQueue()
    batch, live = Share("a", 1, 9), Share("a", 1, 1)
    queue.push("live", live, 1)
    assert queue.make_room(batch) is None
    queue.push("batch", batch, 1)
    assert queue.make_room(live) == "batch"


class Queueing(RuleBasedStateMachine):
    """Against a list of what must still be inside."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: FairQueue[object] = FairQueue()
        self.inside: list[tuple[object, Share]] = []

    @rule(tenant=_TENANTS, priority=_PRIORITIES, weight=st.integers(1, 5), cost=_COSTS)
    def push(self, tenant: str, priority: int, weight: int, cost: int) -> None:
        item, share = object(), Share(tenant, weight, priority)
        self.queue.push(item, share, cost)
        self.inside.append((item, share))

    @precondition(lambda self: self.inside)
    @rule()
    def pop(self) -> None:
        first = self.queue.peek()
        item = self.queue.pop()
        assert item is first
        share = next(share for other, share in self.inside if other is item)
        assert share.priority == min(share.priority for _, share in self.inside)
        earlier = [
            other for other, owner in self.inside if (owner.tenant, owner.priority) == (share.tenant, share.priority)
        ]
        assert earlier[0] is item, "a tenant's own requests keep their order"
        self._drop(item)

    @precondition(lambda self: self.inside)
    @rule(data=st.data())
    def take(self, data: st.DataObject) -> None:
        item, share = data.draw(st.sampled_from(self.inside))
        self.queue.take(item, share)
        self._drop(item)

    @precondition(lambda self: self.inside)
    @rule(data=st.data())
    def discard(self, data: st.DataObject) -> None:
        item, share = data.draw(st.sampled_from(self.inside))
        assert self.queue.discard(item, share)
        assert not self.queue.discard(item, share)
        self._drop(item)

    @rule(tenant=_TENANTS, priority=_PRIORITIES)
    def make_room(self, tenant: str, priority: int) -> None:
        share = Share(tenant, 1, priority)
        possible = self.queue.may_push(share)
        item = self.queue.make_room(share)
        assert possible == (item is not None)
        if item is not None:
            owner = next(owner for other, owner in self.inside if other is item)
            assert owner.priority >= priority
            assert (owner.tenant, owner.priority) != (tenant, priority)
            self._drop(item)

    @invariant()
    def has_the_right_length(self) -> None:
        assert len(self.queue) == len(self.inside)
        assert (self.queue.peek() is None) == (not self.inside)
        in_turn = list(self.queue.in_turn())
        assert len(in_turn) == len(self.inside)
        assert all(any(item is other for other, _ in self.inside) for item in in_turn)

    def _drop(self, item: object) -> None:
        self.inside = [entry for entry in self.inside if entry[0] is not item]


TestQueueing = Queueing.TestCase
TestQueueing.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
