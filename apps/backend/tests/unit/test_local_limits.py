"""Limits that a replica applies by itself."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.limits.local import LocalLimits
from gateway.limits.operations import Operation, ScopeLimits


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _reserve(lease: str, tokens: int, *scopes: ScopeLimits) -> Operation:
    return ("reserve", "ten", (lease,), 1, tokens, scopes, False)


def _settle(lease: str, unused: int, *scopes: ScopeLimits) -> Operation:
    return ("settle", "ten", (lease,), 0, unused, scopes, False)


@given(st.integers(1, 20), st.lists(st.tuples(st.integers(1, 3), st.integers(0, 30)), max_size=40))
def test_never_more_pass_than_the_limit_and_what_time_refills(rpm: int, asks: list[tuple[int, int]]) -> None:
    clock = Clock()
    limits = LocalLimits(clock)
    passed = 0
    for number, (count, seconds) in enumerate(asks):
        for part in range(count):
            answer = limits.reserve(_reserve(f"{number}-{part}", 0, ("small", rpm, -1, -1)))
            passed += answer.outcome == "reserved"
        assert passed <= rpm + rpm * clock.now / 60 + 1e-6
        clock.now += seconds


def test_a_refusal_says_how_long_to_wait_and_waiting_so_long_helps() -> None:
    clock = Clock()
    limits = LocalLimits(clock)
    scope: ScopeLimits = ("small", -1, 600, -1)
    assert limits.reserve(_reserve("a", 500, scope)).outcome == "reserved"
    refused = limits.reserve(_reserve("b", 400, scope))
    assert refused.outcome == "tokens"
    clock.now += refused.wait_ms / 1000
    assert limits.reserve(_reserve("b", 400, scope)).outcome == "reserved"


def test_places_and_unused_tokens_come_back_once() -> None:
    limits = LocalLimits(Clock())
    scope: ScopeLimits = ("small", -1, 100, 1)
    assert limits.reserve(_reserve("a", 80, scope)).outcome == "reserved"
    assert limits.reserve(_reserve("b", 10, scope)).outcome == "concurrency"
    assert limits.settle(_settle("a", 70, scope))
    assert not limits.settle(_settle("a", 70, scope))
    assert limits.reserve(_reserve("b", 91, scope)).outcome == "tokens"
    assert limits.reserve(_reserve("b", 90, scope)).outcome == "reserved"


def test_a_refusal_by_one_limit_takes_nothing_from_another() -> None:
    limits = LocalLimits(Clock())
    both: tuple[ScopeLimits, ScopeLimits] = (("small", 1, -1, -1), ("*", -1, 0, -1))
    assert limits.reserve(_reserve("a", 5, *both)).outcome == "size"
    assert limits.reserve(_reserve("a", 0, *both)).outcome == "reserved"
