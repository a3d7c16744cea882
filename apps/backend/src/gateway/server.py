"""Serves the gateway over HTTP until it is told to leave."""

import asyncio
import gc
import logging
import resource
import signal
import socket
from types import FrameType
from typing import Final

import uvicorn

from gateway.app import Gateway
from gateway.proxy.client_connection import ClientConnection
from gateway.settings import ConfigurationError, Settings

_LOG = logging.getLogger(__name__)

#: Seconds an idle connection is kept; longer than Traefik keeps its end (90 s), so that the two never cross.
_KEEP_ALIVE_SECONDS: Final = 95
#: Connections the kernel holds until they are accepted.
_BACKLOG: Final = 4096
#: Seconds for the last answers to leave after a drain.
_LAST_SECONDS: Final = 5
#: Container objects made and not yet freed until the youngest are looked through; a thousand requests hold fewer.
_ALLOCATIONS_PER_COLLECTION: Final = 50_000


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then finish what runs; a second signal ends at once."""
    gateway = settings.gateway
    async with Gateway(settings) as app:
        config = uvicorn.Config(
            app,
            http=ClientConnection,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            backlog=_BACKLOG,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_LAST_SECONDS,
        )
        _spare_the_collector()
        _allow_open_files()
        with _listen(gateway.host, gateway.port) as listener:
            await _DrainingServer(config, app).serve([listener])


def _listen(host: str, port: int) -> socket.socket:
    """`::` takes IPv4 as well, and nothing else on a machine without IPv6. Raises ConfigurationError."""
    try:
        if host != "::":
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            return socket.create_server((host, port), family=family, backlog=_BACKLOG)
        if socket.has_dualstack_ipv6():
            return socket.create_server((host, port), family=socket.AF_INET6, backlog=_BACKLOG, dualstack_ipv6=True)
        return socket.create_server(("", port), backlog=_BACKLOG)
    except OSError as error:
        raise ConfigurationError(
            f"GATEWAY_HOST is {host!r} and GATEWAY_PORT is {port}, where this process cannot listen: {error}"
        ) from error


def _spare_the_collector() -> None:
    """Leave what lives as long as the process out of garbage collections, and collect less often.

    A request makes no cycles, so frequent collections find nothing; they took an eighth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_PER_COLLECTION, 20, 20)


def _allow_open_files() -> None:
    """Take as many connections as this machine permits: the soft limit is 1,024 in many places."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class _DrainingServer(uvicorn.Server):
    """Keeps listening while it drains, so that nobody who has not heard of it yet is turned away."""

    def __init__(self, config: uvicorn.Config, app: Gateway) -> None:
        super().__init__(config)
        self._app = app
        self._loop = asyncio.get_running_loop()
        self._leaving: asyncio.Task[None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called between any two instructions: only tells the loop."""
        self._loop.call_soon_threadsafe(self._leave, sig)

    def _leave(self, sig: int) -> None:
        if self._leaving:
            self.force_exit = self.should_exit = True
            return
        _LOG.info("%s: %d requests are in flight", signal.Signals(sig).name, self._app.lifecycle.in_flight)
        self._leaving = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        await self._app.lifecycle.drain()
        self.should_exit = True
