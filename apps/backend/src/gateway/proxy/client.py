"""The client's side of a request."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeAlias

from starlette.types import Receive, Send

from gateway.contracts import Denial, Headers
from gateway.errors import error_body, retry_after
from gateway.proxy.inference_request import RefusedError

#: Seconds a client may take to send its body.
_BODY_SECONDS: Final = 60.0
_JSON: Final = (b"content-type", b"application/json")


#: Headers of a request by lower-case name; of repeated ones the last.
HeaderMap: TypeAlias = Mapping[bytes, bytes]


class DisconnectedError(Exception):
    """The client left before its request was complete."""


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

    def begin(self, headers: Headers, frames: bytes) -> None:
        """Send the head of a streamed answer, and its first frames."""

    def write(self, chunks: bytes, writable: Callable[[], object]) -> bool:
        """Send further frames, made chunks. False: no more for now; `writable` is called when the client goes on."""

    def end(self, frames: bytes) -> None:
        """Send the last frames."""


def bearer_token(headers: HeaderMap) -> bytes:
    """The API key. Raises RefusedError (401) when there is none."""
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() != b"bearer" or not token:
        text = "No API key was given. Send it as `Authorization: Bearer <key>`."
        raise RefusedError(Denial(401, "missing_api_key", text))
    return token.strip()


async def read_body(headers: HeaderMap, client: Client, receive: Receive, largest: int) -> bytes:
    """The whole body. Raises RefusedError (400, 408, 413, 415) or DisconnectedError."""
    if headers.get(b"content-encoding", b"identity") not in (b"", b"identity"):
        raise RefusedError(Denial(415, "compressed_body", "Compressed bodies are not accepted. Send plain JSON."))
    length = headers.get(b"content-length", b"")
    if length.isdigit() and int(length) > largest:
        raise _too_large(largest)
    arrived = client.take_body()
    if arrived is not None:
        _check(arrived, largest)
        return arrived
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            return await _receive(receive, largest)
    except TimeoutError as error:
        text = f"The body did not arrive within {_BODY_SECONDS:g} s."
        raise RefusedError(Denial(408, "slow_body", text, 0.0)) from error


async def _receive(receive: Receive, largest: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise DisconnectedError
        body += message.get("body", b"")
        _check(body, largest)
        if not message.get("more_body"):
            return bytes(body)


def _check(body: bytes | bytearray, largest: int) -> None:
    if len(body) > largest:
        raise _too_large(largest)


async def send_whole(send: Send, status: int, body: bytes, headers: Headers) -> None:
    """Send a complete answer; `headers` without its length."""
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


async def send_denial(send: Send, denial: Denial) -> None:
    """Send a refusal in OpenAI's error shape."""
    await send_whole(
        send, denial.status, error_body(denial.status, denial.code, denial.message), denial_headers(denial)
    )


def denial_headers(denial: Denial) -> Headers:
    return (_JSON, *denial.headers, *retry_after(denial))


def _too_large(largest: int) -> RefusedError:
    return RefusedError(Denial(413, "body_too_large", f"The body is larger than the {largest} bytes allowed."))
