"""The client's side of a request on a real connection: one write for an answer or a frame, and no task that listens.

ASGI's `send` costs a call, a dictionary and checks for each frame, and two writes for a short answer; hearing that a
client left costs a task. For the few paths where that counts, uvicorn's connection is used directly. What of it is used
is in this file alone, and `tests/dataplane` shows that it still works after an upgrade.
"""

from collections.abc import Callable
from typing import Final, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from gateway.contracts import Headers
from gateway.errors import error_body
from gateway.proxy.chunks import chunk
from gateway.proxy.client import CLOSE

#: Key of an ASGI scope under which the hot path finds its `Client`.
CLIENT: Final = "gateway.client"


#: Bytes of a request's headers, or of what follows its body, that are read at most.
_LARGEST_HEAD: Final = 64 * 1024


class ClientConnection(HttpToolsProtocol):
    """Uvicorn's HTTP/1.1 connection, whose requests carry a `ConnectedClient` in their scope.

    Offers to speak another protocol are ignored, headers without end are not read.
    """

    gone: Callable[[], object] | None = None
    writable: Callable[[], object] | None = None
    #: Bytes that came since the last ones of which something came out: a whole head, or a part of a body.
    _fruitless = 0

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        self._fruitless += len(data)
        self._feed(data)
        if self._fruitless > _LARGEST_HEAD:
            self._refuse(431, "headers_too_large", f"The headers are larger than the {_LARGEST_HEAD} bytes allowed.")

    def on_headers_complete(self) -> None:
        self._fruitless = 0
        if self.parser.should_upgrade():
            return
        super().on_headers_complete()
        scope = cast(dict[str, object], self.scope)
        scope[CLIENT] = ConnectedClient(self, self.cycle)

    def on_body(self, body: bytes) -> None:
        self._fruitless = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        super().on_message_complete()
        if self.cycle.response_complete and not self.transport.is_closing():
            # Answered before its body had come, so the time for the next request begins here.
            self._unset_keepalive_if_required()
            patience_s = self.timeout_keep_alive
            self.timeout_keep_alive_task = self.loop.call_later(patience_s, self.timeout_keep_alive_handler)

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

    def _feed(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
                return
            except HttpParserUpgrade as upgrade:
                data = self._without_upgrade(data[upgrade.args[0] :])
            except HttpParserError:
                self._refuse(400, "malformed_request", "This is no request of HTTP/1.1.")
                return

    def _without_upgrade(self, rest: bytes) -> bytes:
        """A request that offers another protocol, to be read again without that: else its body would count as such."""
        method = self.parser.get_method()
        if method == b"CONNECT":
            self._refuse(400, "malformed_request", "This is no proxy.")
            return b""
        lines = [b"%b %b HTTP/%b\r\n" % (method, self.url, self.parser.get_http_version().encode())]
        lines += [b"%b: %b\r\n" % header for header in self.headers if header[0] != b"upgrade"]
        self.parser = HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        return b"".join(lines) + b"\r\n" + rest

    def _refuse(self, status: int, code: str, message: str) -> None:
        """End the connection, with an answer unless another one is under way."""
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:
            body = error_body(status, code, message)
            head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body)
            self.transport.write(STATUS_LINE[status] + head + body)
        self.transport.close()


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

    def begin(self, status: int, headers: Headers, begin: bytes) -> None:
        if self.gone:
            return
        self._cycle.response_started = True
        head = self._head(status, headers) + b"transfer-encoding: chunked\r\n\r\n"
        self._transport.write(head + chunk(begin))

    def write(self, chunks: bytes, writable: Callable[[], object]) -> bool:
        # With a thousand streams each object is one more that the processor's cache has lost: none but these two here.
        transport = self._transport
        if not transport.is_closing():
            transport.write(chunks)
        if not self._flow.write_paused:
            return True
        self._connection.writable = writable
        return False

    def end(self, end: bytes) -> None:
        if self.gone:
            return
        self._transport.write(chunk(end) + b"0\r\n\r\n")
        self._complete()

    def cut(self) -> None:
        self._transport.abort()

    def _head(self, status: int, headers: Headers) -> bytes:
        lines = b"".join([b"%b: %b\r\n" % pair for pair in headers])
        cycle = self._cycle
        if CLOSE in headers:
            cycle.keep_alive = False
        elif not cycle.keep_alive or (cycle.waiting_for_100_continue and cycle.more_body):
            # A body that was never asked for may not come: the next request would be taken for it.
            cycle.keep_alive = False
            lines += b"connection: close\r\n"
        return STATUS_LINE[status] + lines

    def _complete(self) -> None:
        cycle = self._cycle
        cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()
