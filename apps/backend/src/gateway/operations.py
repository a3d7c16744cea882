"""What the platform asks of a replica: is it alive, is it ready, how is it doing, and would it please leave."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import orjson
from prometheus_client import generate_latest
from starlette.types import Receive, Scope, Send

from gateway.contracts import Denial
from gateway.drain import Lifecycle
from gateway.metrics import Metrics
from gateway.proxy.client import send_denial, send_whole

_LOG = logging.getLogger(__name__)

_TIMEOUT_SECONDS: Final = 1.0
#: A replica that was ready stays so while a store is away for less than this: all replicas share the stores, and what
#: is known of keys and limits helps over a restart of one.
_GRACE_SECONDS: Final = 15.0
_JSON: Final = ((b"content-type", b"application/json"),)
_FROM_OUTSIDE: Final = (b"x-forwarded-for", b"forwarded")
_METRICS: Final = ((b"content-type", b"text/plain; version=0.0.4; charset=utf-8"),)


class Operations:
    """ASGI application for `/health`, `/ready`, `/metrics` and `/health/drain`. None of them waits for inference."""

    def __init__(
        self, checks: Mapping[str, Callable[[], Awaitable[object]]], metrics: Metrics, lifecycle: Lifecycle
    ) -> None:
        """`checks` raise while what they are named after is away."""
        self._checks = checks
        self._metrics = metrics
        self._lifecycle = lifecycle
        self._ready_at: float | None = None
        self.handlers: Final[Mapping[str, Callable[[Send], Awaitable[None]]]] = {
            "/health": self._health,
            "/ready": self._ready,
            "/metrics": self._show_metrics,
            "/health/drain": self._drain,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer direct callers only: what came through a proxy came from outside the cluster."""
        if any(name in _FROM_OUTSIDE for name, _ in scope["headers"]):
            await send_denial(send, Denial(404, "not_found", "Nothing is served under this path."))
        else:
            await self.handlers[scope["path"]](send)

    async def _health(self, send: Send) -> None:
        await send_whole(send, 200, b'{"status":"healthy"}', _JSON)

    async def _ready(self, send: Send) -> None:
        if self._lifecycle.draining:
            await send_whole(send, 503, b'{"status":"draining"}', _JSON)
            return
        results = await asyncio.gather(*(self._passes(name) for name in self._checks))
        now = time.monotonic()
        if all(results):
            self._ready_at = now
        ready = self._ready_at is not None and now - self._ready_at < _GRACE_SECONDS
        states = {name: "ok" if result else "away" for name, result in zip(self._checks, results, strict=True)}
        body = orjson.dumps({"status": "ready" if ready else "not ready", **states})
        await send_whole(send, 200 if ready else 503, body, _JSON)

    async def _passes(self, name: str) -> bool:
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                await self._checks[name]()
        except Exception as error:  # whatever the driver raises: it is away
            _LOG.warning("%s is away: %s: %s", name, type(error).__name__, error)
            return False
        return True

    async def _show_metrics(self, send: Send) -> None:
        await send_whole(send, 200, generate_latest(self._metrics.registry), _METRICS)

    async def _drain(self, send: Send) -> None:
        await self._lifecycle.drain()
        await send_whole(send, 200, orjson.dumps({"in_flight": self._lifecycle.in_flight}), _JSON)
