"""Takes one admitted request to an engine and its answer to the client."""

from collections.abc import Callable
from functools import partial
from typing import Final

from gateway.contracts import Denial, Headers, Principal
from gateway.errors import error_body
from gateway.metrics import ModelMetrics
from gateway.proxy.answer_stream import AnswerStream, Usage
from gateway.proxy.client import Client
from gateway.proxy.engine_error import EngineError
from gateway.proxy.exchange import Answer, Exchange
from gateway.proxy.flight import Flight
from gateway.proxy.frames import frame
from gateway.proxy.inference_request import InferenceRequest, RefusedError
from gateway.routing.registry import ModelRoute

_STREAM_HEADERS: Final = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
)
_RETRY_SECONDS: Final = 1.0


class Delivery:
    """Ends with the last part of the answer in hand: it leaves when usage is recorded."""

    def __init__(
        self,
        principal: Principal,
        request: InferenceRequest,
        route: ModelRoute,
        flight: Flight,
        metrics: ModelMetrics,
    ) -> None:
        self.principal = principal
        self.request = request
        self.flight = flight
        self._route = route
        self._metrics = metrics
        self._asked = False
        self._answer: Answer | None = None

    @property
    def usage(self) -> Usage | None:
        """What the engine counted; of an answer cut short what was seen. None when no engine worked for it."""
        request, answer = self.request, self._answer
        if answer is None:
            return Usage(request.prompt_tokens, 0, 0) if self._asked else None
        if answer.status != 200:
            return None
        seen = answer.rest.frames if answer.rest else 0
        return answer.usage or (answer.rest and answer.rest.usage) or Usage(request.prompt_tokens, seen, 0)

    async def run(self, client: Client, tokens: int, to_engine: Headers, to_client: Headers) -> Callable[[], None]:
        """Send all but the end of the answer; what sends the end. Further headers are given for both ways.

        `tokens` is what the request may take of the engines. Raises RefusedError while nothing was sent.
        """
        gate, flight = self._route.gate, self.flight
        arrived = flight.elapsed_s()
        await gate.enter(self.principal, tokens)
        entered = flight.elapsed_s()
        self._metrics.waited(entered - arrived)
        exchange = Exchange(self._route.engines, self.request, to_engine, self._metrics)
        try:
            answer = await self._ask(exchange)
            if answer.rest is None:
                flight.status = answer.status
                headers = ((b"content-type", answer.content_type), *to_client)
                return partial(client.answer, answer.status, headers, answer.body)
            client.begin((*_STREAM_HEADERS, *to_client), answer.body)
            return partial(client.end, await self._stream(exchange, answer.rest, client))
        finally:
            exchange.close()
            gate.leave(tokens, flight.elapsed_s() - entered)

    async def _ask(self, exchange: Exchange) -> Answer:
        self._asked = True
        try:
            answer = await exchange.start(self.flight.path)
        except EngineError as error:
            self._asked = False
            text = f"No engine of the model {self.request.model} could answer. Try again."
            status = 503 if error.reason in ("refused", "status") else 502
            raise RefusedError(Denial(status, "engine_failed", text, _RETRY_SECONDS)) from error
        if answer is None:
            self._asked = False
            text = f"The model {self.request.model} has no engine at the moment. Try again."
            raise RefusedError(Denial(503, "model_unavailable", text, _RETRY_SECONDS))
        self._answer = answer
        if answer.rest:
            self.flight.ttft_s = self.flight.elapsed_s()
            self._metrics.first_token(self.flight.ttft_s)
        return answer

    async def _stream(self, exchange: Exchange, rest: AnswerStream, client: Client) -> bytes:
        """Pass frames on; the last one."""
        try:
            await exchange.pass_on(rest, client)
            self.flight.status = 200
            return rest.tail
        except EngineError as error:
            self.flight.status = 502
            return frame(error_body(502, "engine_failed", f"The engine failed while it answered ({error.reason})."))
