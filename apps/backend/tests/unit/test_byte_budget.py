"""Room for what clients send is shared, counted exactly, and never lost."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.byte_budget import UNCOUNTED, ByteBudget, Holding

MIB = 1024 * 1024


def test_one_body_may_have_all_the_room_however_it_comes() -> None:
    budget = ByteBudget(64 * MIB)
    holding = Holding(budget, "one")
    assert all(holding.cover(size * MIB) for size in range(1, 65))
    assert not holding.cover(64 * MIB + 1)


def test_a_tenant_gets_no_more_than_what_is_left_for_the_others() -> None:
    budget = ByteBudget(64 * MIB)
    greedy = [Holding(budget, "greedy") for _ in range(10)]
    assert [holding.cover(10 * MIB) for holding in greedy] == [True] * 3 + [False] * 7
    assert Holding(budget, "polite").cover(30 * MIB)
    assert not Holding(budget, "another").cover(10 * MIB)


def test_small_bodies_always_have_room() -> None:
    budget = ByteBudget(MIB)
    assert Holding(budget, "one").cover(MIB)
    assert Holding(budget, "two").cover(UNCOUNTED)
    assert not Holding(budget, "two").cover(UNCOUNTED + 1)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2 * MIB) | st.none()), max_size=60))
def test_whatever_is_covered_and_released_the_count_is_right(steps: list[tuple[int, int | None]]) -> None:
    budget = ByteBudget(4 * MIB)
    holdings = [Holding(budget, f"tenant {number // 2}") for number in range(6)]
    for number, size in steps:
        if size is None:
            holdings[number].release()
        else:
            holdings[number].cover(size)
    for holding in holdings:
        holding.release()
        holding.release()
    assert Holding(budget, "afterwards").cover(4 * MIB)
