"""The hot path: who asks, for what, within which limits; then the delivery."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from typing import Final

from starlette.types import Receive, Scope, Send

from gateway.byte_budget import ByteBudget, Holding
from gateway.contracts import (
    ALL_MODELS,
    INTERNAL_CALL,
    Authenticator,
    Denial,
    Headers,
    InternalCall,
    Limiter,
    Principal,
    UsageSink,
)
from gateway.drain import Lifecycle
from gateway.errors import RefusedError, error_body
from gateway.identity.access import identify
from gateway.metrics import Metrics
from gateway.proxy.client import CLOSE, Client, HeaderMap, denial_headers
from gateway.proxy.client_connection import CLIENT
from gateway.proxy.delivery import Delivery
from gateway.proxy.flight import Flight
from gateway.proxy.inference_request import InferenceRequest, parse
from gateway.proxy.intake import DisconnectedError, read_body
from gateway.proxy.tracing import Trace, Tracing
from gateway.routing.registry import EngineRegistry, ModelRoute
from gateway.telemetry import request_id

#: The only paths of an engine that anybody outside can reach.
PATHS: Final = ("/v1/chat/completions", "/v1/completions", "/v1/embeddings")


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What the hot path works with."""

    authenticator: Authenticator
    limiter: Limiter
    usage: UsageSink
    engines: EngineRegistry
    metrics: Metrics
    lifecycle: Lifecycle
    tracing: Tracing
    #: Largest request body in bytes, and the room for all of them.
    body_max_bytes: int
    bodies: ByteBudget
    #: Completion tokens of a choice that states no maximum, as an assumption.
    assumed_completion_tokens: int


class InferenceEndpoint:
    """ASGI application for POSTs to `PATHS`."""

    def __init__(self, uses: Dependencies) -> None:
        self._uses = uses
        self._loop = asyncio.get_running_loop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request whose scope carries a `Client`; `send` is not used."""
        uses = self._uses
        client: Client = scope.pop(CLIENT)  # kept there, it would make a cycle of references for each request
        call: InternalCall | None = scope.get(INTERNAL_CALL)
        flight = Flight(scope["path"], call.request_id) if call else Flight(scope["path"])
        request_id.set(flight.request_id)
        headers: HeaderMap = dict(scope["headers"])
        trace = uses.tracing.begin(flight.path, headers)
        uses.lifecycle.enter()
        holding: Holding | None = None
        try:
            authorization = headers.get(b"authorization", b"")
            principal = call.principal if call else await identify(uses.authenticator, authorization, "inference")
            holding = Holding(uses.bodies, principal.tenant_id)
            entrance = partial(self._hold_place, principal)
            body = read_body(headers, client, receive, uses.body_max_bytes, holding, entrance)
            request = parse(await body, flight.path)
            finish = await self._serve(principal, request, client, flight, trace, holding)
            finish()
        except RefusedError as refused:
            flight.status = refused.denial.status
            uses.metrics.of(flight.model).refused(refused.denial.code)
            self._refuse(client, refused.denial, flight)
        except DisconnectedError:
            pass  # nobody is there to answer to
        finally:
            if holding:
                holding.release()
            uses.lifecycle.leave()
            trace.end(flight)
            uses.metrics.of(flight.model).answered(flight.path, flight.status, flight.elapsed_s())

    async def _serve(
        self,
        principal: Principal,
        request: InferenceRequest,
        client: Client,
        flight: Flight,
        trace: Trace,
        holding: Holding,
    ) -> Callable[[], None]:
        """What is left to do for the client when everything that the request owes is settled."""
        route = self._route(principal, request.model)
        flight.model = route.model
        route.gate.refuse_if_full(principal)
        delivery = Delivery(principal, request, route, flight, self._uses.metrics.of(route.model), holding)
        task = asyncio.current_task(self._loop)
        if task:
            client.watch(task.cancel)
        try:
            return await self._deliver(delivery, trace, client)
        except asyncio.CancelledError:
            if client.gone:
                raise DisconnectedError from None
            raise
        finally:
            client.unwatch()

    async def _deliver(self, delivery: Delivery, trace: Trace, client: Client) -> Callable[[], None]:
        principal, request, flight = delivery.principal, delivery.request, delivery.flight
        limiter, context = self._uses.limiter, delivery.route.context_tokens
        tokens = request.demand.tokens(self._uses.assumed_completion_tokens, context)
        reservation = await limiter.reserve(principal, request.model, tokens)
        if isinstance(reservation, Denial):
            raise RefusedError(reservation)
        to_engine = ((b"x-request-id", flight.request_id.encode()), *trace.headers)
        to_client = reservation.headers + self._headers(flight)
        try:
            return await delivery.run(client, tokens, to_engine, to_client)
        finally:
            usage = delivery.usage
            limiter.settle(reservation, usage.total if usage else 0)
            if usage:
                self._uses.metrics.of(flight.model).used(usage)
                await self._uses.usage.record(flight.record(principal, usage, stream=request.stream))

    def _route(self, principal: Principal, model: str) -> ModelRoute:
        route = self._uses.engines.routes.get(model)
        if route is None or (principal.models is not None and model not in principal.models):
            text = f"The model {model!r} does not exist or you do not have access to it. GET /v1/models lists yours."
            raise RefusedError(Denial(404, "model_not_found", text))
        return route

    def _hold_place(self, principal: Principal) -> AbstractAsyncContextManager[None]:
        """Within the limits that are known before the body: of all models together, and of the only possible one."""
        models = set(self._uses.engines.routes)
        if principal.models is not None:
            models &= principal.models
        return self._uses.limiter.hold_place(principal, models.pop() if len(models) == 1 else ALL_MODELS)

    def _refuse(self, client: Client, denial: Denial, flight: Flight) -> None:
        body = error_body(denial.status, denial.code, denial.message)
        client.answer(denial.status, denial_headers(denial) + self._headers(flight), body)

    def _headers(self, flight: Flight) -> Headers:
        own = ((b"x-request-id", flight.request_id.encode()),)
        return (*own, CLOSE) if self._uses.lifecycle.draining else own
