"""Finds the addresses behind the name of an engine."""

import asyncio
import socket
from typing import Final

_TIMEOUT_SECONDS: Final = 5.0
#: By preference: a pod with two addresses is one engine.
_FAMILIES: Final = (socket.AF_INET, socket.AF_INET6)
#: What DNS says about a headless Service without ready pods.
_NOBODY: Final = frozenset({socket.EAI_NONAME, socket.EAI_NODATA})


class DiscoveryError(Exception):
    """DNS did not answer; what was known before is the best there is."""


async def addresses(host: str, port: int) -> frozenset[str]:
    """Addresses of the ready pods behind a headless Service, or of a single host; empty when there are none.

    Raises DiscoveryError when DNS cannot tell.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in _NOBODY:
            return frozenset()
        raise DiscoveryError(f"{host}: {error}") from error
    except (OSError, TimeoutError) as error:
        raise DiscoveryError(f"{host}: {error or f'no answer within {_TIMEOUT_SECONDS:g} s'}") from error
    by_family = {family: {str(entry[4][0]) for entry in found if entry[0] == family} for family in _FAMILIES}
    return frozenset(next((hosts for hosts in by_family.values() if hosts), set()))
