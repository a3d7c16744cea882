"""Prints what the gateway learns from EndpointSlices, a line of JSON for each change: addresses, or why there are none.

`python -m harness.follow_engines <service>.<namespace>.svc`, with `KUBERNETES_SERVICE_*` in the environment.
"""

import asyncio
import sys

import orjson

from gateway.routing.discovery import DiscoveryError, discovery
from gateway.routing.settings import EngineSettings, KubernetesApiSettings

_INTERVAL_SECONDS = 0.1


async def follow(host: str) -> None:
    """Print until the task is cancelled."""
    # The environment has what the type checker misses.
    api = KubernetesApiSettings()  # type: ignore[call-arg]
    engines = discovery(api)(EngineSettings(host=host, model="followed"))
    before = b""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(engines.watch())
        while True:
            try:
                found = orjson.dumps(sorted(await engines.addresses()))
            except DiscoveryError as error:
                found = orjson.dumps(str(error))
            if found != before:
                sys.stdout.write(found.decode() + "\n")
                sys.stdout.flush()
            before = found
            await asyncio.sleep(_INTERVAL_SECONDS)


if __name__ == "__main__":
    asyncio.run(follow(sys.argv[1]))
