"""A stream on its way from an engine to a client: no frame wakes a task, one connection writes to the other."""

import asyncio
import contextlib
from typing import Final

from gateway.proxy.answer_stream import AnswerStream
from gateway.proxy.client import Client
from gateway.proxy.connection import EngineConnection
from gateway.proxy.engine_error import EngineError

#: Seconds between [DONE] and the end of the HTTP message.
_END_SECONDS: Final = 0.1


async def relay(connection: EngineConnection, stream: AnswerStream, client: Client) -> None:
    """Pass on what comes, no faster than the client reads, until the engine has said that it is done.

    Raises EngineError when the stream ends otherwise.
    """

    def take(data: bytes) -> None:
        try:
            frames = stream.feed(data)
        except ValueError as error:
            connection.fail("malformed", f"sent no valid stream ({error})")
            return
        if frames and not client.write(frames, connection.resume):
            connection.pause()
        if stream.ended:
            connection.stop_forwarding()

    if not stream.ended:
        await connection.forward(take)
    refuse_failure(connection, stream)
    if not stream.ended:
        raise connection.error("reset", "its stream ended without [DONE]")
    await _end(connection)


def refuse_failure(connection: EngineConnection, stream: AnswerStream) -> None:
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
