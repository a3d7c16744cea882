"""Keys stay where they are when engines come and go, and no engine gets much more than its share."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from gateway.routing.engine import Engine
from gateway.routing.ring import HashRing, load_bound
from gateway.routing.route import EngineSet

_NAMES = st.sets(st.from_regex(r"10\.0\.[0-9]\.[0-9]{1,2}:8000", fullmatch=True), min_size=1, max_size=12)
_KEYS = st.integers(0, 2**64 - 1)


@given(_NAMES, _KEYS)
def test_every_engine_is_a_preference_once(names: set[str], key: int) -> None:
    assert sorted(HashRing(names).preference(key)) == sorted(names)


@given(_NAMES, _KEYS, st.data())
def test_losing_an_engine_moves_only_its_own_keys(names: set[str], key: int, data: st.DataObject) -> None:
    lost = data.draw(st.sampled_from(sorted(names)))
    before = list(HashRing(names).preference(key))
    after = list(HashRing(names - {lost}).preference(key))
    assert after == [name for name in before if name != lost]


@given(st.lists(_KEYS, max_size=200), st.integers(2, 8))
def test_no_engine_has_more_than_a_quarter_above_its_share(keys: list[int], count: int) -> None:
    route = EngineSet(on_change=lambda _: None)
    engines = [_engine(f"10.0.0.{number}") for number in range(count)]
    route.replace({engine.address: engine for engine in engines})
    for placed, key in enumerate(keys):
        engine = route.choose(key)
        assert engine
        engine.outstanding += 1
        assert engine.outstanding <= load_bound(placed, count, 1.25)


def test_keys_spread_over_the_engines() -> None:
    ring = HashRing(f"10.0.0.{number}:8000" for number in range(8))
    step = 2**64 // 8000
    owners = Counter(next(ring.preference(number * step)) for number in range(8000))
    assert all(500 < owned < 1600 for owned in owners.values())


@given(_KEYS)
def test_the_engine_to_avoid_is_never_chosen(key: int) -> None:
    route = EngineSet(on_change=lambda _: None)
    one, two = _engine("10.0.0.1"), _engine("10.0.0.2")
    route.replace({one.address: one, two.address: two})
    assert route.choose(key, avoid=one) is two
    two.healthy = False
    route.health_changed()
    assert route.choose(key, avoid=one) is None


def _engine(host: str) -> Engine:
    engine = Engine(host, 8000, lambda: 0.0)
    engine.healthy = True
    return engine
