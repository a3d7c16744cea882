"""Three failures in a row keep an engine out, for longer each time."""

from gateway.routing.breaker import CircuitBreaker


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _opened(clock: _Clock) -> CircuitBreaker:
    breaker = CircuitBreaker(clock)
    for _ in range(3):
        assert breaker.allows()
        breaker.failed()
    return breaker


def test_it_opens_after_three_failures_in_a_row() -> None:
    assert not _opened(_Clock()).allows()


def test_a_success_in_between_starts_the_count_anew() -> None:
    breaker = CircuitBreaker(_Clock())
    for _ in range(10):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
    assert breaker.allows()


def test_after_the_pause_one_request_may_try() -> None:
    clock = _Clock()
    breaker = _opened(clock)
    clock.now = 1.3
    assert breaker.allows()
    breaker.start()
    assert not breaker.allows()
    breaker.succeeded()
    assert breaker.allows()


def test_a_try_without_a_result_leaves_room_for_another() -> None:
    clock = _Clock()
    breaker = _opened(clock)
    clock.now = 1.3
    breaker.start()
    breaker.abandoned()
    assert breaker.allows()


def test_pauses_grow_to_half_a_minute_and_no_further() -> None:
    clock = _Clock()
    breaker = _opened(clock)
    for _ in range(10):
        clock.now += 36.1
        assert breaker.allows()
        breaker.start()
        breaker.failed()
        clock.now += 0.5
        assert not breaker.allows()
