"""The client's side of a request."""

from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeAlias

from starlette.types import Send

from gateway.contracts import Denial, Headers
from gateway.errors import error_body, retry_after

#: Header of an answer after which the connection is closed.
CLOSE: Final = (b"connection", b"close")
_JSON: Final = (b"content-type", b"application/json")

#: Headers of a request by lower-case name; of repeated ones the last.
HeaderMap: TypeAlias = Mapping[bytes, bytes]


class Client(Protocol):
    """Takes the answer to one request: `answer`, or `begin`, any number of `write` and `end`. None of them waits."""

    @property
    def gone(self) -> bool:
        """It left before its answer was complete; whatever is sent now is lost."""

    def take_body(self) -> bytes | None:
        """The request's body if all of it has arrived; else it has to be received."""

    def watch(self, gone: Callable[[], object]) -> None:
        """Call `gone` as soon as the client leaves. To be called after the body was read."""

    def unwatch(self) -> None:
        """Watch no longer; to be called before the last part of the answer is sent."""

    def answer(self, status: int, headers: Headers, body: bytes) -> None:
        """Send a complete answer; `headers` without its length."""

    def begin(self, status: int, headers: Headers, begin: bytes) -> None:
        """Send the head of an answer that comes in pieces, and the first of them."""

    def write(self, chunks: bytes, writable: Callable[[], object]) -> bool:
        """Send further pieces, made chunks. False: no more for now; `writable` is called when the client goes on."""

    def end(self, end: bytes) -> None:
        """Send the last piece."""

    def cut(self) -> None:
        """End an answer that has begun such that the client notices that it is not complete."""


async def send_whole(send: Send, status: int, body: bytes, headers: Headers) -> None:
    """Send a complete answer; `headers` without its length."""
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


async def send_denial(send: Send, denial: Denial, *headers: tuple[bytes, bytes]) -> None:
    """Send a refusal in OpenAI's error shape, with further headers."""
    body = error_body(denial.status, denial.code, denial.message)
    await send_whole(send, denial.status, body, (*denial_headers(denial), *headers))


def denial_headers(denial: Denial) -> Headers:
    return (_JSON, *denial.headers, *retry_after(denial))
