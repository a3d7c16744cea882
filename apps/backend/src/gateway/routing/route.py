"""The engines of one model, and the choice among them."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from gateway.routing.engine import Engine
from gateway.routing.ring import HashRing, load_bound

#: An engine takes up to 25 % more than its share for the sake of its prefix cache.
_SLACK: Final = 1.25


class EngineSet:
    """Chooses the engine whose prefix cache knows the prompt, unless it has more than its share of the load."""

    def __init__(self, on_change: Callable[[int], None]) -> None:
        """`on_change` hears how many engines are healthy, whenever that may have changed."""
        self._on_change = on_change
        self._by_address: dict[str, Engine] = {}
        self._ring = HashRing(())

    @property
    def engines(self) -> Collection[Engine]:
        return self._by_address.values()

    def replace(self, engines: Mapping[str, Engine]) -> None:
        """Use these engines by address; those left out finish what they have."""
        for address, engine in self._by_address.items():
            if address not in engines:
                engine.pool.close()
        self._by_address = dict(engines)
        self.health_changed()

    def health_changed(self) -> None:
        healthy = [engine.address for engine in self.engines if engine.healthy]
        self._ring = HashRing(healthy)
        self._on_change(len(healthy))

    def choose(self, affinity: int, avoid: Engine | None = None) -> Engine | None:
        """The engine for a request, or None when there is none but `avoid`.

        When every circuit is open the choice ignores them: trying beats refusing everything.
        """
        healthy = [engine for engine in self.engines if engine.healthy and engine is not avoid]
        if len(healthy) <= 1:
            return healthy[0] if healthy else None
        candidates = [engine for engine in healthy if engine.breaker.allows()] or healthy
        bound = load_bound(sum(engine.outstanding for engine in candidates), len(candidates), _SLACK)
        for address in self._ring.preference(affinity):
            engine = self._by_address[address]
            if engine in candidates and engine.outstanding < bound:
                return engine
        return min(candidates, key=lambda engine: engine.outstanding)
