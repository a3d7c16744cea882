"""The client's side of a request on a real connection: one write for an answer or a frame, and no task that listens.

ASGI's `send` costs a call, a dictionary and checks for each frame, and two writes for a short answer; hearing that a
client left costs a task. For the few paths where that counts, uvicorn's connection is used directly. What of it is used
is in this file alone, and `tests/dataplane` shows that it still works after an upgrade.
"""

from collections.abc import Callable
from typing import Final, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from gateway.contracts import Headers
from gateway.proxy.chunks import chunk

#: Key of an ASGI scope under which the hot path finds its `Client`.
CLIENT: Final = "gateway.client"
#: Header of an answer after which the connection is closed.
CLOSE: Final = (b"connection", b"close")


class ClientConnection(HttpToolsProtocol):
    """Uvicorn's HTTP/1.1 connection, whose requests carry a `ConnectedClient` in their scope."""

    gone: Callable[[], object] | None = None
    writable: Callable[[], object] | None = None

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        scope = cast(dict[str, object], self.scope)
        scope[CLIENT] = ConnectedClient(self, self.cycle)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        gone, self.gone = self.gone, None
        if gone:
            gone()

    def resume_writing(self) -> None:
        super().resume_writing()
        writable, self.writable = self.writable, None
        if writable:
            writable()


class ConnectedClient:
    """Implements `Client`: who sent one request, and waits for its answer."""

    __slots__ = ("_connection", "_cycle", "_flow", "_transport")

    def __init__(self, connection: ClientConnection, cycle: RequestResponseCycle) -> None:
        self._connection = connection
        self._cycle = cycle
        self._flow = connection.flow
        self._transport = connection.transport

    @property
    def gone(self) -> bool:
        return self._cycle.disconnected

    def take_body(self) -> bytes | None:
        cycle = self._cycle
        if cycle.more_body:
            return None
        body, cycle.body = bytes(cycle.body), bytearray()
        return body

    def watch(self, gone: Callable[[], object]) -> None:
        # Uvicorn stops reading after a large body, and would then not see the client leave.
        self._connection.flow.resume_reading()
        self._connection.gone = gone

    def unwatch(self) -> None:
        self._connection.gone = self._connection.writable = None

    def answer(self, status: int, headers: Headers, body: bytes) -> None:
        if self.gone:
            return
        self._cycle.response_started = True
        length = b"content-length: %d\r\n\r\n" % len(body)
        self._transport.write(self._head(status, headers) + length + body)
        self._complete()

    def begin(self, headers: Headers, frames: bytes) -> None:
        if self.gone:
            return
        self._cycle.response_started = True
        head = self._head(200, headers) + b"transfer-encoding: chunked\r\n\r\n"
        self._transport.write(head + chunk(frames))

    def write(self, chunks: bytes, writable: Callable[[], object]) -> bool:
        # With a thousand streams each object is one more that the processor's cache has lost: none but these two here.
        transport = self._transport
        if not transport.is_closing():
            transport.write(chunks)
        if not self._flow.write_paused:
            return True
        self._connection.writable = writable
        return False

    def end(self, frames: bytes) -> None:
        if self.gone:
            return
        self._transport.write(chunk(frames) + b"0\r\n\r\n")
        self._complete()

    def _head(self, status: int, headers: Headers) -> bytes:
        lines = b"".join([b"%b: %b\r\n" % pair for pair in headers])
        if CLOSE in headers:
            self._cycle.keep_alive = False
        elif not self._cycle.keep_alive:
            lines += b"connection: close\r\n"
        return STATUS_LINE[status] + lines

    def _complete(self) -> None:
        cycle = self._cycle
        cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()
