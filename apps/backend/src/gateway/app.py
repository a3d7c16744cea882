"""The gateway as one ASGI application: hot path and operations in front of the control surface."""

import asyncio
from types import TracebackType
from typing import Self

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.admission.gate import GateLimits
from gateway.api.application import create_api
from gateway.contracts import Denial
from gateway.control import ControlPlane
from gateway.drain import Lifecycle
from gateway.metrics import Metrics
from gateway.operations import Operations
from gateway.proxy.client import send_denial
from gateway.proxy.client_connection import CLIENT
from gateway.proxy.endpoint import PATHS, Dependencies, InferenceEndpoint
from gateway.proxy.tracing import Tracing
from gateway.routing.discovery import discovery
from gateway.routing.registry import EngineRegistry, Patience
from gateway.settings import GatewaySettings, Settings
from gateway.telemetry import configure_tracing
from gateway.usage.metrics import UsageMetrics
from gateway.workers.inference import OwnHotPath


class Gateway:
    """Everything one process does. Make it inside a running event loop; it works between `async with` and its end."""

    def __init__(self, settings: Settings) -> None:
        gateway = settings.gateway
        self.lifecycle = Lifecycle(gateway.drain_notice_seconds, gateway.drain_seconds)
        self._control = ControlPlane(settings)
        patience = Patience(gateway.engine_first_token_seconds, gateway.engine_silence_seconds)
        find = discovery(settings.kubernetes)
        self._engines = EngineRegistry(settings.engines, find, _gate_limits(gateway), patience)
        self._metrics = Metrics(self._engines, lambda: self.lifecycle.draining)
        self._metrics.registry.register(UsageMetrics(self._control.usage))
        self._watch: asyncio.Task[None] | None = None
        self._inference = InferenceEndpoint(
            Dependencies(
                self._control.authenticator,
                self._control.limiter,
                self._control.usage,
                self._engines,
                self._metrics,
                self.lifecycle,
                Tracing(configure_tracing()),
                gateway.body_max_bytes,
                self._control.bodies,
                gateway.assumed_completion_tokens,
            )
        )
        operations = Operations(self._control.checks, self._metrics, self.lifecycle)
        self._routes: dict[tuple[str, str], ASGIApp] = {("POST", path): self._inference for path in PATHS}
        self._routes |= {("GET", path): operations for path in operations.handlers}
        self._api = create_api(self._control, self._engines)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].endswith("/"):
            _drop_last_slashes(scope)
        app = self._routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else self._api
        if app is self._inference:
            await self._inference(scope, receive, send)
            return
        scope.pop(CLIENT, None)
        if app is None and scope["path"] in PATHS:
            denial = Denial(405, "method_not_allowed", "Use POST.", headers=((b"allow", b"POST"),))
            await send_denial(send, denial)
        else:
            await (app or self._api)(scope, receive, send)

    async def __aenter__(self) -> Self:
        self._watch = asyncio.create_task(self._engines.watch())
        await self._engines.refresh()
        self._control.start()
        if self._control.settings.gateway.background_work == "inside":
            self._control.start_background_work(OwnHotPath(self._inference))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watch:
            self._watch.cancel()
        await self._control.close()


def _drop_last_slashes(scope: Scope) -> None:
    """The same path: a redirect would take the scheme of this side of a proxy, and clients leave their keys behind."""
    scope["path"] = scope["path"].rstrip("/") or "/"
    scope["raw_path"] = scope["raw_path"].rstrip(b"/") or b"/"


def _gate_limits(gateway: GatewaySettings) -> GateLimits:
    return GateLimits(
        requests=gateway.engine_requests,
        tokens=gateway.engine_tokens,
        waiting=gateway.queue_requests,
        turn_s=gateway.queue_seconds,
        cold_s=gateway.cold_start_seconds,
    )
