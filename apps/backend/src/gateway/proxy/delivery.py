"""Takes one admitted request to an engine and its answer to the client."""

from collections.abc import Callable
from functools import partial
from typing import Final

from gateway.byte_budget import Holding
from gateway.contracts import Denial, Headers, Principal
from gateway.errors import RefusedError, error_body
from gateway.metrics import ModelMetrics
from gateway.proxy.answer import Answer
from gateway.proxy.client import Client
from gateway.proxy.engine_error import EngineError
from gateway.proxy.engine_usage import Usage
from gateway.proxy.exchange import Exchange
from gateway.proxy.flight import Flight
from gateway.proxy.frames import frame
from gateway.proxy.inference_request import InferenceRequest
from gateway.proxy.passage import Passage
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
        holding: Holding,
    ) -> None:
        """`holding`: the room for the request's body, which is released as soon as no engine needs it any more."""
        self.principal = principal
        self.request = request
        self.flight = flight
        self.route = route
        self._metrics = metrics
        self._holding = holding
        self._asked = False
        self._answer: Answer | None = None

    @property
    def usage(self) -> Usage | None:
        """What the engine counted; of an answer cut short what it had counted. None when no engine worked for it."""
        answer = self._answer
        if answer is None:
            return self._estimate(0) if self._asked else None
        if answer.status != 200:
            return None
        seen = answer.rest.frames if answer.rest else 0
        return answer.usage or (answer.rest and answer.rest.usage) or self._estimate(seen)

    async def run(self, client: Client, tokens: int, to_engine: Headers, to_client: Headers) -> Callable[[], None]:
        """Send all but the end of the answer; what sends the end. Further headers are given for both ways.

        `tokens` is what the request may take of the engines. Raises RefusedError while nothing was sent.
        """
        gate, flight = self.route.gate, self.flight
        arrived = flight.elapsed_s()
        await gate.enter(self.principal, tokens)
        entered = flight.elapsed_s()
        self._metrics.waited(entered - arrived)
        exchange = Exchange(self.route.engines, self.request, to_engine, self._metrics)
        try:
            answer = await self._ask(exchange)
            self.request.drop_body()
            self._holding.release()
            if answer.rest is None:
                flight.status = answer.status
                return partial(client.answer, answer.status, (*self._headers(answer), *to_client), answer.body)
            client.begin(answer.status, (*self._headers(answer), *to_client), answer.body)
            return await self._pass_on(exchange, answer, answer.rest, client)
        finally:
            exchange.close()
            gate.leave(tokens, flight.elapsed_s() - entered)

    async def _ask(self, exchange: Exchange) -> Answer:
        self._asked = True
        try:
            answer = await exchange.start(self.flight.path)
        except EngineError as error:
            self._asked = error.reason == "slow"
            raise RefusedError(self._denial(error)) from error
        if answer is None:
            self._asked = False
            text = f"The model {self.request.model} has no engine at the moment. Try again."
            raise RefusedError(Denial(503, "model_unavailable", text, _RETRY_SECONDS))
        self._answer = answer
        if self._streams(answer):
            self.flight.ttft_s = self.flight.elapsed_s()
            self._metrics.first_token(self.flight.ttft_s)
        return answer

    def _denial(self, error: EngineError) -> Denial:
        if error.reason == "slow":
            return Denial(504, "answer_too_slow", "The answer took too long. Stream it, or ask for less at a time.")
        text = f"No engine of the model {self.request.model} could answer. Try again."
        return Denial(503 if error.reason in ("refused", "status") else 502, "engine_failed", text, _RETRY_SECONDS)

    def _streams(self, answer: Answer) -> bool:
        return self.request.stream and answer.status == 200

    def _headers(self, answer: Answer) -> Headers:
        return _STREAM_HEADERS if self._streams(answer) else ((b"content-type", answer.content_type),)

    def _estimate(self, completion_tokens: int) -> Usage:
        return Usage(self.request.demand.prompts(self.route.context_tokens), completion_tokens, 0)

    async def _pass_on(self, exchange: Exchange, answer: Answer, rest: Passage, client: Client) -> Callable[[], None]:
        """Pass on what comes; what sends the end."""
        try:
            await exchange.pass_on(rest, client)
            self.flight.status = answer.status
            return partial(client.end, rest.tail)
        except EngineError as error:
            self.flight.status = 502
            if rest.torn:
                return client.cut
            text = f"The engine failed while it answered ({error.reason})."
            return partial(client.end, frame(error_body(502, "engine_failed", text)))
