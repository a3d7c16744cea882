"""One HTTP/1.1 connection to an engine."""

import asyncio
from dataclasses import dataclass, field
from typing import Final, cast

from httptools import HttpParserError, HttpResponseParser

from gateway.proxy.chunks import Sink
from gateway.proxy.engine_error import EngineError, FailureReason

_MOST_HEADERS: Final = 100


# Slots, because a read finds nothing of its connection in the processor's cache when there are a thousand of them.
@dataclass(slots=True, eq=False, repr=False)
class EngineConnection(asyncio.Protocol):
    """Sends one request at a time. httptools calls the `on_...` methods while `data_received` runs."""

    _address: str
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _parser: HttpResponseParser = field(init=False)
    _transport: asyncio.Transport | None = None
    _waiter: asyncio.Future[None] | None = None
    _error: EngineError | None = None
    _headers_seen: int = 0
    _body: list[bytes] = field(default_factory=list)
    _sink: Sink | None = None
    #: The parser has seen the end of a chunk, and nothing of the next one.
    _between_chunks: bool = False
    _paused: bool = False
    _has_head: bool = False
    _keep_alive: bool = False
    #: Everything that was asked for has come.
    complete: bool = True
    status: int = 0
    content_type: bytes = b""
    #: Has served a request before, so the engine may be closing it at this very moment.
    used: bool = False
    #: Loop time at which something last came from the engine, or a request was sent to it.
    progress_at: float = 0.0

    def __post_init__(self) -> None:
        self._parser = HttpResponseParser(self)

    @property
    def closed(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    @property
    def reusable(self) -> bool:
        return self.complete and self._keep_alive and not self.closed

    def send(self, *request: bytes | bytearray | memoryview) -> None:
        """Start a request: its head and body, in one part or more. The connection must be reusable or new."""
        self._headers_seen = self.status = 0
        self.content_type = b""
        self._error = None
        self._has_head = self.complete = False
        self.progress_at = self._loop.time()
        if self._transport is None or self._transport.is_closing():
            self.fail("stale", "closed before the request was sent")
        else:
            for part in request:
                self._transport.write(part)

    async def head(self) -> None:
        """Wait for status and headers. Raises EngineError."""
        while not self._has_head:
            await self._wait()

    async def read(self) -> bytes:
        """What came of the body since the last call, or what comes next; empty at the end. Raises EngineError last."""
        while not self._body:
            if self.complete:
                return b""
            await self._wait()
        data = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self._body.clear()
        return data

    async def forward(self, sink: Sink) -> None:
        """Give `sink` what comes of the body, as it comes, until all has or `stop_forwarding`. Raises EngineError."""
        self._sink = sink
        try:
            if self._body:
                sink.take(await self.read())
            while self._sink is not None and not self.complete:
                await self._wait()
        finally:
            self._sink = None

    def stop_forwarding(self) -> None:
        """Keep what comes for `read` again."""
        self._sink = None
        self._wake()

    def pause(self) -> None:
        """Read no more, which makes the engine wait as well, until `resume`."""
        if self._transport and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        if self._transport and self._paused:
            self._paused = False
            self.progress_at = self._loop.time()
            self._transport.resume_reading()

    def fail(self, reason: FailureReason, what: str) -> None:
        """Close at once; whoever waits gets an EngineError."""
        if not self.complete and self._error is None:
            self._error = self.error(reason, what)
        self._wake()
        self.close()

    def error(self, reason: FailureReason, what: str) -> EngineError:
        """An error that names this engine."""
        return EngineError(reason, f"engine {self._address}: {what}")

    def close(self) -> None:
        """Close at once, whatever state the answer is in."""
        if self._transport:
            self._transport.abort()

    def check_silence(self, now: float, first_s: float, next_s: float) -> None:
        """Fail when the engine has been quiet for longer than `first_s` (no answer yet) or `next_s` seconds."""
        quiet = now - self.progress_at
        if self.complete or quiet <= (next_s if self._has_head else first_s):
            return
        if self._paused:
            self.fail("stalled", f"its client read nothing for {quiet:.0f} s")
        else:
            self.fail("silent", f"sent nothing for {quiet:.0f} s")

    async def _wait(self) -> None:
        if self._error:
            raise self._error
        self._waiter = self._loop.create_future()
        await self._waiter

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        reason: FailureReason = "stale" if self.used and not self.status else "reset"
        self.fail(reason, f"closed the connection ({exc or 'end of file'})")
        del self._parser  # it refers to this connection, and such cycles are collected late

    def data_received(self, data: bytes) -> None:
        self.progress_at = self._loop.time()
        if self._between_chunks and self._sink is not None and self._sink.take_chunks(data):
            return
        if self.complete:
            self.fail("malformed", "sent data without being asked")
            return
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            self.fail("malformed", f"does not speak HTTP/1.1 ({error})")
            return
        # Of a size line that has only begun the parser says nothing, but that ends with no line feed.
        self._between_chunks &= data.endswith(b"\n") and not self.complete
        if self.complete or (self._has_head and self._sink is None):
            self._wake()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers_seen += 1
        if name.lower() == b"content-type":
            self.content_type = value
        if self._headers_seen > _MOST_HEADERS:
            raise HttpParserError(f"more than {_MOST_HEADERS} headers")

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        self._has_head = self.status >= 200

    def on_chunk_header(self) -> None:
        self._between_chunks = False

    def on_chunk_complete(self) -> None:
        self._between_chunks = True

    def on_body(self, body: bytes) -> None:
        if self._sink:
            self._sink.take(body)
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        if not self._has_head:  # 100 Continue and the like: the real answer follows
            self._headers_seen = 0
            return
        self.complete = self.used = True
        self._keep_alive = self._parser.should_keep_alive()
