"""All models and their engines, kept up to date in the background."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.admission.gate import Gate, GateLimits
from gateway.routing.discovery import Discovery, DiscoveryError
from gateway.routing.engine import Engine
from gateway.routing.health import check, context_tokens
from gateway.routing.route import EngineSet
from gateway.routing.settings import EngineSettings

_LOG = logging.getLogger(__name__)

#: Seconds between two looks at the addresses and at the health of every engine.
_INTERVAL_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds of silence until an engine is given up."""

    #: Before its answer begins.
    first_s: float
    #: Between two parts of its answer.
    next_s: float


class ModelRoute:
    """The way to one model."""

    def __init__(self, model: str, limits: GateLimits) -> None:
        self.model = model
        #: Tokens that the model reads and writes for one answer at most, as its engines say; 0 when that is not known.
        self.context_tokens = 0
        self.gate = Gate(model, limits)
        self.engines = EngineSet(on_change=self.gate.resize)

    def learn_context(self) -> None:
        """From the engines that were asked; what is known stays while there are none."""
        known = [engine.context_tokens for engine in self.engines.engines if engine.context_tokens is not None]
        self.context_tokens = max(known, default=self.context_tokens)


class _Source:
    """One configured host, which may stand for several engines."""

    def __init__(self, settings: EngineSettings, discovery: Discovery) -> None:
        self.settings = settings
        self.discovery = discovery
        self.engines: dict[str, Engine] = {}
        #: Engines that are no longer named: they get nothing new, and may fall silent while they finish.
        self._leaving: list[Engine] = []
        self._lost = False

    async def look(self) -> bool:
        """Find the engines; whether there are others than before."""
        found = await self._find()
        if found is None:
            return False
        known = {engine.host: engine for engine in self.engines.values()}
        if found == known.keys():
            return False
        clock = asyncio.get_running_loop().time
        engines = [known.get(address) or Engine(address, self.settings.port, clock) for address in sorted(found)]
        self._leaving += [engine for address, engine in known.items() if address not in found]
        self.engines = {engine.address: engine for engine in engines}
        _LOG.info("model %s has the engines %s", self.settings.model, ", ".join(self.engines) or "none")
        return True

    async def _find(self) -> frozenset[str] | None:
        """Their addresses; None while nobody can tell, which is logged when it begins and when it ends."""
        try:
            found = await self.discovery.addresses()
        except DiscoveryError as error:
            if not self._lost:
                _LOG.warning("engines of %s are kept as they were: %s", self.settings.model, error)
            self._lost = True
            return None
        if self._lost:
            _LOG.info("engines of %s are found again", self.settings.model)
        self._lost = False
        return found

    def sweep(self, now: float, patience: Patience) -> None:
        """Give up what was silent for too long by `now`, in the loop's time."""
        self._leaving = [engine for engine in self._leaving if engine.outstanding]
        for engine in (*self.engines.values(), *self._leaving):
            engine.pool.sweep(now, patience.first_s, patience.next_s)


class EngineRegistry:
    """Implements `ModelCatalogue`. Leave `watch` running; after a `refresh` beside it the engines are known."""

    def __init__(
        self,
        engines: Sequence[EngineSettings],
        discovery: Callable[[EngineSettings], Discovery],
        limits: GateLimits,
        patience: Patience,
    ) -> None:
        self._sources = [_Source(settings, discovery(settings)) for settings in engines]
        self._patience = patience
        self.routes = {settings.model: ModelRoute(settings.model, limits) for settings in engines}

    def models(self) -> Sequence[str]:
        return sorted(self.routes)

    async def refresh(self) -> None:
        """Look at every source once."""
        await asyncio.gather(*(self._refresh(source) for source in self._sources))

    async def watch(self) -> None:
        """Keep looking, each source at its own pace, for as long as the task lives."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._sweep())
            for source in self._sources:
                tasks.create_task(source.discovery.watch())
                tasks.create_task(self._watch(source))

    async def _watch(self, source: _Source) -> None:
        while True:
            await asyncio.sleep(_INTERVAL_SECONDS)
            await self._refresh(source)

    async def _refresh(self, source: _Source) -> None:
        route = self.routes[source.settings.model]
        if await source.look():
            same_model = [other for other in self._sources if other.settings.model == route.model]
            route.engines.replace({key: engine for other in same_model for key, engine in other.engines.items()})
        results = await asyncio.gather(*(_check(engine) for engine in source.engines.values()))
        route.learn_context()
        if any(results):
            route.engines.health_changed()

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            asleep_at = loop.time()
            await asyncio.sleep(_INTERVAL_SECONDS)
            if loop.time() - asleep_at > 2 * _INTERVAL_SECONDS:
                continue  # this process stood still, and has not read yet what engines sent meanwhile
            for source in self._sources:
                source.sweep(loop.time(), self._patience)


async def _check(engine: Engine) -> bool:
    result = await check(engine)
    if result == "well" and (not engine.healthy or engine.context_tokens is None):
        engine.context_tokens = await context_tokens(engine)
    changed = engine.checked(result)
    if changed:
        _LOG.log(logging.INFO if engine.healthy else logging.WARNING, "engine %s is %s", engine.address, engine.state)
    return changed
