"""What the registry makes of what a discovery says."""

import logging
from dataclasses import dataclass

import pytest

from gateway.admission.gate import GateLimits
from gateway.routing.discovery import DiscoveryError
from gateway.routing.registry import EngineRegistry, Patience
from gateway.routing.settings import EngineSettings
from harness.processes import free_port


@dataclass
class ScriptedDiscovery:
    """Says what a test tells it: these addresses, or why they cannot be found out."""

    found: frozenset[str] | str

    async def addresses(self) -> frozenset[str]:
        if isinstance(self.found, str):
            raise DiscoveryError(self.found)
        return self.found

    async def watch(self) -> None: ...


def _registry(discovery: ScriptedDiscovery) -> EngineRegistry:
    engine = EngineSettings(host="tiny.models.svc", port=free_port(), model="tiny")
    limits = GateLimits(requests=1, tokens=1, waiting=1, turn_s=1, cold_s=1)
    return EngineRegistry([engine], lambda _: discovery, limits, Patience(1, 1))


def _engines(registry: EngineRegistry) -> set[str]:
    return {engine.host for engine in registry.routes["tiny"].engines.engines}


async def test_engines_are_what_is_found() -> None:
    discovery = ScriptedDiscovery(frozenset({"127.0.0.1", "127.0.0.2"}))
    registry = _registry(discovery)
    await registry.refresh()
    assert _engines(registry) == {"127.0.0.1", "127.0.0.2"}
    discovery.found = frozenset({"127.0.0.2"})
    await registry.refresh()
    assert _engines(registry) == {"127.0.0.2"}


async def test_engines_are_kept_while_nobody_can_tell_and_the_log_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "gateway")
    discovery = ScriptedDiscovery(frozenset({"127.0.0.1"}))
    registry = _registry(discovery)
    await registry.refresh()
    caplog.clear()
    for reason in ("first look", "second look"):
        discovery.found = reason
        await registry.refresh()
        assert _engines(registry) == {"127.0.0.1"}
    discovery.found = frozenset({"127.0.0.1"})
    await registry.refresh()
    await registry.refresh()
    assert caplog.messages == ["engines of tiny are kept as they were: first look", "engines of tiny are found again"]
