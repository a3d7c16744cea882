"""One HTTP/1.1 connection to an engine."""

import asyncio
from collections.abc import Callable
from typing import Final, cast

from httptools import HttpParserError, HttpResponseParser

from gateway.proxy.engine_error import EngineError, FailureReason

_MOST_HEADERS: Final = 100
_CONTENT_TYPE: Final = b"content-type"
_CONTENT_TYPE_LENGTH: Final = len(_CONTENT_TYPE)


class EngineConnection(asyncio.Protocol):
    """Sends one request at a time. httptools calls the `on_...` methods while `data_received` runs."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._loop = asyncio.get_running_loop()
        self._parser = HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._error: EngineError | None = None
        self._headers_seen = 0
        self._chunks: list[bytes] = []
        self._sink: Callable[[bytes], None] | None = None
        self._paused = False
        self._has_head = False
        self._keep_alive = False
        #: Everything that was asked for has come.
        self.complete = True
        self.status = 0
        self.content_type = b""
        #: Has served a request before, so the engine may be closing it at this very moment.
        self.used = False
        #: Loop time at which something last came from the engine, or a request was sent to it.
        self.progress_at = self._loop.time()

    @property
    def closed(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    @property
    def reusable(self) -> bool:
        return self.complete and self._keep_alive and not self.closed

    def send(self, request: bytes) -> None:
        """Start a request, head and body in one piece. The connection must be reusable or new."""
        self._headers_seen = 0
        self.content_type = b""
        self._error = None
        self._has_head = self.complete = False
        self.status = 0
        self.progress_at = self._loop.time()
        if self._transport is None or self._transport.is_closing():
            self.fail("stale", "closed before the request was sent")
        else:
            self._transport.write(request)

    async def head(self) -> None:
        """Wait for status and headers. Raises EngineError."""
        while not self._has_head:
            if self._error:
                raise self._error
            self._waiter = self._loop.create_future()
            await self._waiter

    async def read(self) -> bytes:
        """What has come of the body since the last call, waiting for more if nothing has; empty at the end.

        Raises EngineError, after everything that came before the failure was read.
        """
        while not self._chunks:
            if self.complete:
                return b""
            if self._error:
                raise self._error
            self._waiter = self._loop.create_future()
            await self._waiter
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        return data

    async def forward(self, sink: Callable[[bytes], None]) -> None:
        """Give `sink` what comes of the body, as it comes, until all has or `stop_forwarding`. Raises EngineError."""
        self._sink = sink
        try:
            if self._chunks:
                sink(await self.read())
            while self._sink is not None and not self.complete:
                if self._error:
                    raise self._error
                self._waiter = self._loop.create_future()
                await self._waiter
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
        if self.complete:
            self.fail("malformed", "sent data without being asked")
            return
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            self.fail("malformed", f"does not speak HTTP/1.1 ({error})")
            return
        if self.complete or (self._has_head and self._sink is None):
            self._wake()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers_seen += 1
        if len(name) == _CONTENT_TYPE_LENGTH and name.lower() == _CONTENT_TYPE:
            self.content_type = value
        if self._headers_seen > _MOST_HEADERS:
            raise HttpParserError(f"more than {_MOST_HEADERS} headers")

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        self._has_head = self.status >= 200

    def on_body(self, body: bytes) -> None:
        if self._sink:
            self._sink(body)
        else:
            self._chunks.append(body)

    def on_message_complete(self) -> None:
        if not self._has_head:
            self._headers_seen = 0  # 100 Continue and the like: the real answer follows
            return
        self.complete = self.used = True
        self._keep_alive = self._parser.should_keep_alive()
