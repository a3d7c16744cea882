"""An answer on its way from an engine to a client: no frame wakes a task, one connection writes to the other."""

import asyncio
import contextlib
from typing import Final

from gateway.proxy.chunks import chunk
from gateway.proxy.client import Client
from gateway.proxy.connection import EngineConnection
from gateway.proxy.engine_error import EngineError
from gateway.proxy.passage import Passage

#: Seconds between [DONE] and the end of the HTTP message.
_END_SECONDS: Final = 0.1


async def relay(connection: EngineConnection, stream: Passage, client: Client) -> None:
    """Pass on what comes, no faster than the client reads, until the engine has said that it is done.

    Raises EngineError when the stream ends otherwise.
    """
    if not stream.ended:
        await connection.forward(_Relay(connection, stream, client))
        if connection.complete:
            stream.complete()
    refuse_failure(connection, stream)
    if not stream.ended:
        raise connection.error("reset", "its stream ended without [DONE]")
    await _end(connection)


class _Relay:
    """Implements `Sink`: what the engine sent goes to the client."""

    __slots__ = ("_client", "_connection", "_stream")

    def __init__(self, connection: EngineConnection, stream: Passage, client: Client) -> None:
        self._connection = connection
        self._stream = stream
        self._client = client

    def take(self, body: bytes) -> None:
        stream, connection = self._stream, self._connection
        try:
            frames = stream.feed(body)
        except ValueError as error:
            connection.fail("malformed", f"sent no valid stream ({error})")
            return
        if frames:
            self._write(chunk(frames))
        if stream.ended:
            connection.stop_forwarding()

    def take_chunks(self, data: bytes) -> bool:
        chunks = self._stream.feed_chunks(data)
        if chunks is None:
            return False
        self._write(chunks)
        return True

    def _write(self, chunks: bytes) -> None:
        if not self._client.write(chunks, self._connection.resume):
            self._connection.pause()


def refuse_failure(connection: EngineConnection, stream: Passage) -> None:
    """Raise EngineError when the engine said in its stream that it failed."""
    if stream.failure:
        raise connection.error("status", stream.failure)


async def _end(connection: EngineConnection) -> None:
    """Give a complete stream a moment to end its HTTP message as well, so that the connection can be kept."""
    if connection.complete:
        return
    with contextlib.suppress(TimeoutError, EngineError):
        async with asyncio.timeout(_END_SECONDS):
            while await connection.read():
                pass
