"""One try at one engine, and the second one that a failure before the first token allows."""

import logging
from typing import Final

from gateway.contracts import Headers
from gateway.metrics import ModelMetrics
from gateway.proxy.answer import Answer, begin_answer
from gateway.proxy.client import Client
from gateway.proxy.connection import EngineConnection
from gateway.proxy.engine_error import EngineError
from gateway.proxy.inference_request import InferenceRequest
from gateway.proxy.passage import Passage
from gateway.proxy.relay import relay
from gateway.routing.engine import Engine
from gateway.routing.route import EngineSet

_LOG = logging.getLogger(__name__)

#: Bytes of a request up to which its head and body are sent as one.
_LARGEST_JOINED: Final = 64 * 1024


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
            if error.reason == "slow":
                raise
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
            answer = await self._answer(engine, connection)
        except BaseException:
            self.close()
            raise
        if answer.rest is None:
            engine.breaker.succeeded()
            self.close()
        return answer

    async def _answer(self, engine: Engine, connection: EngineConnection) -> Answer:
        asked_at = connection.progress_at
        try:
            await connection.head()
            answer = await begin_answer(connection, self._request)
        except EngineError as error:
            if error.reason == "silent" and engine.answered_at > asked_at:
                raise connection.error("slow", "answered others, but not this request in time") from error
            raise
        engine.answered_at = connection.progress_at
        return answer

    def _blame(self, engine: Engine, error: EngineError) -> None:
        _LOG.warning("%s", error)
        self._metrics.engine_failed(error.reason)
        if engine.failed(error):
            self._engines.health_changed()

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
