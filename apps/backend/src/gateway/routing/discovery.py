"""Finds the addresses behind the name of an engine."""

import asyncio
import socket
from collections.abc import Callable
from typing import Final, Protocol

from gateway.routing.settings import EngineSettings, KubernetesApiSettings

_TIMEOUT_SECONDS: Final = 5.0
#: By preference: a pod with two addresses is one engine.
_FAMILIES: Final = (socket.AF_INET, socket.AF_INET6)
#: What DNS says about a headless Service without ready pods.
_NOBODY: Final = frozenset({socket.EAI_NONAME, socket.EAI_NODATA})


class DiscoveryError(Exception):
    """Addresses cannot be found out at the moment; what was known before is the best there is."""


class Discovery(Protocol):
    """Where the addresses of the engines behind one configured host come from."""

    async def addresses(self) -> frozenset[str]:
        """Addresses of the engines that take requests, asked for every second; empty when there are none.

        Raises DiscoveryError while nobody can tell.
        """

    async def watch(self) -> None:
        """Keep up with changes, beside `addresses`; ends at once where there is nothing to keep up with."""


def discovery(api: KubernetesApiSettings | None) -> Callable[[EngineSettings], Discovery]:
    """The way to find engines: by EndpointSlices where an API server is given, else by DNS."""
    if api is None:
        return lambda engine: DnsDiscovery(engine.host, engine.port)
    # Imported here because of its HTTP client, for which only those who use it should pay in time and memory.
    from gateway.routing.slice_watch import EndpointSliceDiscovery

    return lambda engine: EndpointSliceDiscovery(engine.host, api)


class DnsDiscovery:
    """Implements `Discovery`: the ready pods behind a headless Service, or a single host."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port

    async def addresses(self) -> frozenset[str]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            if error.errno in _NOBODY:
                return frozenset()
            raise DiscoveryError(f"{self._host}: {error}") from error
        except (OSError, TimeoutError) as error:
            raise DiscoveryError(f"{self._host}: {error or f'no answer within {_TIMEOUT_SECONDS:g} s'}") from error
        by_family = {family: {str(entry[4][0]) for entry in found if entry[0] == family} for family in _FAMILIES}
        return frozenset(next((hosts for hosts in by_family.values() if hosts), set()))

    async def watch(self) -> None:
        """Nothing to keep up with: each lookup is a new one."""
