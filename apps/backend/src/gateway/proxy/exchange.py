"""One try at one engine, and the second one that a failure before the first token allows."""

import logging
from dataclasses import dataclass
from typing import Final

import orjson

from gateway.contracts import Headers
from gateway.jsontypes import Json
from gateway.metrics import ModelMetrics
from gateway.proxy.answer_stream import AnswerStream
from gateway.proxy.client import Client
from gateway.proxy.connection import EngineConnection
from gateway.proxy.engine_error import EngineError
from gateway.proxy.engine_usage import Usage, usage_of
from gateway.proxy.frames import ABORTED
from gateway.proxy.inference_request import InferenceRequest
from gateway.proxy.passage import LargeAnswer, Passage
from gateway.proxy.relay import refuse_failure, relay
from gateway.routing.engine import Engine
from gateway.routing.route import EngineSet

_LOG = logging.getLogger(__name__)

#: Answers of an engine that is leaving, broken or overloaded: another one may do better.
_ENGINE_FAULTS: Final = frozenset({500, 502, 503, 504})
#: Bytes of an answer that is not streamed up to which it is looked at before any of it goes to the client.
_LARGEST_KEPT: Final = 256 * 1024
#: Bytes of a request up to which its head and body are sent as one.
_LARGEST_JOINED: Final = 64 * 1024


@dataclass(slots=True)
class Answer:
    """What an engine has said so far: everything, or the first of what passes through as it comes."""

    status: int
    content_type: bytes
    body: bytes
    usage: Usage | None
    #: Where the rest comes from; None when `body` is complete.
    rest: Passage | None = None


class Exchange:
    """Asks an engine for an answer. Must be closed; leaving it early makes the engine stop."""

    def __init__(self, engines: EngineSet, request: InferenceRequest, headers: Headers, metrics: ModelMetrics) -> None:
        """`headers` go to the engine beside the ones that every request needs."""
        self._engines = engines
        self._request = request
        self._headers = headers
        self._metrics = metrics
        #: Set while an engine works for us.
        self._engine: Engine | None = None
        self._connection: EngineConnection | None = None

    async def start(self, path: str) -> Answer | None:
        """The answer, or its begin; None when there is no engine. Raises EngineError when two tries failed."""
        engine = self._engines.choose(self._request.affinity)
        if engine is None:
            return None
        try:
            return await self._ask(engine, path, fresh=False)
        except EngineError as error:
            self._blame(engine, error)
            another = self._engines.choose(self._request.affinity, avoid=engine)
            if another is None and error.reason == "stale":
                another = engine
            if another is None:
                raise
        self._metrics.retried()
        try:
            return await self._ask(another, path, fresh=True)
        except EngineError as error:
            self._blame(another, error)
            raise

    async def pass_on(self, rest: Passage, client: Client) -> None:
        """Give the client what comes until the answer has come to its proper end. Raises EngineError."""
        engine, connection = self._engine, self._connection
        if engine is None or connection is None:
            return
        try:
            await relay(connection, rest, client)
        except EngineError as error:
            self._blame(engine, error)
            raise
        engine.breaker.succeeded()

    def close(self) -> None:
        """Be done with the engine, whatever state the answer is in."""
        engine, connection = self._engine, self._connection
        self._engine = self._connection = None
        if engine:
            engine.outstanding -= 1
            engine.breaker.abandoned()
        if engine and connection:
            engine.pool.release(connection)

    async def _ask(self, engine: Engine, path: str, *, fresh: bool) -> Answer:
        self._engine = engine
        engine.outstanding += 1
        engine.breaker.start()
        try:
            connection = self._connection = await engine.pool.acquire(fresh=fresh)
            connection.send(*self._message(engine, path))
            await connection.head()
            answer = await self._begin(connection)
        except BaseException:
            self.close()
            raise
        if answer.rest is None:
            engine.breaker.succeeded()
            self.close()
        return answer

    async def _begin(self, connection: EngineConnection) -> Answer:
        content_type = connection.content_type
        if connection.status in _ENGINE_FAULTS:
            raise connection.error("status", f"answered {connection.status}")
        if connection.status == 200 and self._request.stream:
            stream = self._stream()
            return Answer(200, content_type, await _first_frames(connection, stream), None, stream)
        body = await _kept(connection)
        if ABORTED in body:
            raise connection.error("status", "gave its answer up")
        if not connection.complete:
            large = LargeAnswer()
            return Answer(connection.status, content_type, large.feed(body), None, large)
        return Answer(connection.status, content_type, body, _usage(connection, body))

    def _blame(self, engine: Engine, error: EngineError) -> None:
        _LOG.warning("%s", error)
        self._metrics.engine_failed(error.reason)
        if engine.failed(error):
            self._engines.health_changed()

    def _stream(self) -> AnswerStream:
        request = self._request
        return AnswerStream(
            show_usage=request.show_usage,
            show_running_usage=request.show_running_usage,
            choices=request.demand.choices,
            sequences=request.demand.sequences,
        )

    def _message(self, engine: Engine, path: str) -> tuple[bytes | bytearray | memoryview, ...]:
        request = self._request
        extra = b"".join(b"%b: %b\r\n" % header for header in self._headers)
        head = b"POST %b HTTP/1.1\r\nhost: %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n%b\r\n%b" % (
            path.encode(),
            engine.address.encode(),
            request.length,
            extra,
            request.opening,
        )
        return (head + request.rest,) if request.length <= _LARGEST_JOINED else (head, request.rest)


async def _first_frames(connection: EngineConnection, rest: Passage) -> bytes:
    try:
        while not rest.ended:
            data = await connection.read()
            if not data:
                raise connection.error("reset", "its stream ended without [DONE]")
            if frames := rest.feed(data):
                return frames
    except ValueError as error:
        raise connection.error("malformed", f"sent no valid stream ({error})") from error
    refuse_failure(connection, rest)
    return b""


async def _kept(connection: EngineConnection) -> bytes:
    """The whole body, or the begin of one that is too large to be kept."""
    parts: list[bytes] = []
    size = 0
    while size <= _LARGEST_KEPT and (data := await connection.read()):
        parts.append(data)
        size += len(data)
    return b"".join(parts)


def _usage(connection: EngineConnection, body: bytes) -> Usage | None:
    try:
        answer: Json = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise connection.error("malformed", f"sent no JSON ({error})") from error
    return usage_of(answer)
