"""A relay between an engine and a client without a network."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from httptools import HttpResponseParser

from gateway.contracts import Headers
from gateway.proxy.answer_stream import AnswerStream
from gateway.proxy.connection import EngineConnection
from gateway.proxy.engine_error import EngineError
from gateway.proxy.engine_usage import Usage
from gateway.proxy.relay import relay

_HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


class FakeEngine:
    """A transport to an engine: counts how often the engine was made to wait."""

    def __init__(self) -> None:
        self.pauses = self.resumes = 0

    def write(self, data: bytes) -> None: ...

    def abort(self) -> None: ...

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None:
        self.pauses += 1

    def resume_reading(self) -> None:
        self.resumes += 1


@dataclass
class FakeClient:
    """Implements `Client`: keeps what it is sent, and is full after so many writes."""

    full_after: int = 1_000_000
    writes: list[bytes] = field(default_factory=list)
    writable: Callable[[], object] | None = None
    gone: bool = False

    def write(self, chunks: bytes, writable: Callable[[], object]) -> bool:
        self.writes.append(chunks)
        self.writable = writable
        return len(self.writes) < self.full_after

    def take_body(self) -> bytes | None: ...

    def watch(self, gone: Callable[[], object]) -> None: ...

    def unwatch(self) -> None: ...

    def answer(self, status: int, headers: Headers, body: bytes) -> None: ...

    def begin(self, status: int, headers: Headers, begin: bytes) -> None: ...

    def end(self, end: bytes) -> None: ...

    def cut(self) -> None: ...

    @property
    def body(self) -> bytes:
        """What a real client makes of the chunks."""
        body = bytearray()

        class Body:
            on_body = staticmethod(body.extend)

        HttpResponseParser(Body()).feed_data(_HEAD + b"".join(self.writes) + END)
        return bytes(body)


@dataclass(frozen=True)
class Outcome:
    """What came of a stream."""

    body: bytes
    usage: Usage | None
    frames: int
    tail: bytes
    #: Why relaying failed; empty when it did not.
    error: str
    complete: bool


@dataclass
class Relayed:
    """A stream that is being passed on, after its head has come."""

    connection: EngineConnection
    engine: FakeEngine
    stream: AnswerStream
    client: FakeClient
    task: asyncio.Task[None]

    async def end(self) -> Outcome:
        self.connection.connection_lost(None)
        error = ""
        try:
            await self.task
        except EngineError as failure:
            error = failure.reason
        stream = self.stream
        return Outcome(self.client.body, stream.usage, stream.frames, stream.tail, error, self.connection.complete)


async def relayed(
    client: FakeClient | None = None, *, show_usage: bool = False, show_running_usage: bool = False
) -> Relayed:
    connection, engine = EngineConnection("engine"), FakeEngine()
    connection.connection_made(cast(asyncio.Transport, engine))
    connection.send(b"")
    connection.data_received(_HEAD)
    stream = AnswerStream(show_usage=show_usage, show_running_usage=show_running_usage)
    client = client or FakeClient()
    task = asyncio.create_task(relay(connection, stream, client))
    await asyncio.sleep(0)
    return Relayed(connection, engine, stream, client, task)
