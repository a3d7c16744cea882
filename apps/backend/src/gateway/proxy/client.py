"""The client's side of a request, in ASGI messages."""

import asyncio
from typing import Final

from starlette.types import Message, Receive, Scope, Send

from gateway.contracts import Denial, Headers
from gateway.errors import error_body, retry_after
from gateway.proxy.inference_request import RefusedError

#: Seconds a client may take to send its body.
_BODY_SECONDS: Final = 60.0
#: Seconds until somebody listens for the client to leave: it takes a task, a tenth of what a short request costs.
_WATCH_SECONDS: Final = 0.01
_JSON: Final = (b"content-type", b"application/json")


class DisconnectedError(Exception):
    """The client left before its request was complete."""


def header(scope: Scope, name: bytes) -> bytes:
    """The first header of this lower-case name; empty when there is none."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return b""


def bearer_token(scope: Scope) -> bytes:
    """The API key. Raises RefusedError (401) when there is none."""
    scheme, _, token = header(scope, b"authorization").partition(b" ")
    if scheme.lower() != b"bearer" or not token:
        text = "No API key was given. Send it as `Authorization: Bearer <key>`."
        raise RefusedError(Denial(401, "missing_api_key", text))
    return token.strip()


async def read_body(scope: Scope, receive: Receive, largest: int) -> bytes:
    """The whole body. Raises RefusedError (400, 408, 413, 415) or DisconnectedError."""
    if header(scope, b"content-encoding") not in (b"", b"identity"):
        raise RefusedError(Denial(415, "compressed_body", "Compressed bodies are not accepted. Send plain JSON."))
    length = header(scope, b"content-length")
    if length.isdigit() and int(length) > largest:
        raise _too_large(largest)
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body"):
                return _checked(message.get("body", b""), largest)
            return await _read_rest(message, receive, largest)
    except TimeoutError as error:
        text = f"The body did not arrive within {_BODY_SECONDS:g} s."
        raise RefusedError(Denial(408, "slow_body", text, 0.0)) from error


async def _read_rest(message: Message, receive: Receive, largest: int) -> bytes:
    body = bytearray()
    while True:
        if message["type"] != "http.request":
            raise DisconnectedError
        body += message.get("body", b"")
        _checked(body, largest)
        if not message.get("more_body"):
            return bytes(body)
        message = await receive()


def _checked(body: bytes | bytearray, largest: int) -> bytes:
    if len(body) > largest:
        raise _too_large(largest)
    return bytes(body)


async def send_whole(send: Send, status: int, body: bytes, headers: Headers) -> None:
    """Send a complete answer; `headers` without its length."""
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


async def send_denial(send: Send, denial: Denial, headers: Headers) -> None:
    """Send a refusal in OpenAI's error shape."""
    body = error_body(denial.status, denial.code, denial.message)
    await send_whole(send, denial.status, body, (_JSON, *denial.headers, *retry_after(denial), *headers))


class DisconnectWatch:
    """Cancels the current task as soon as its client leaves."""

    def __init__(self, receive: Receive) -> None:
        """Must be called after the body was read: then the next message says that the client left."""
        self._task = asyncio.current_task()
        self._receive = receive
        self._message: asyncio.Future[Message] | None = None
        self._start = asyncio.get_running_loop().call_later(_WATCH_SECONDS, self._listen)
        self.left = False

    def stop(self) -> None:
        """Watch no longer; to be called before the last part of the answer is sent."""
        self._start.cancel()
        if self._message:
            self._message.cancel()

    def _listen(self) -> None:
        self._message = asyncio.ensure_future(self._receive())
        self._message.add_done_callback(self._received)

    def _received(self, message: asyncio.Future[Message]) -> None:
        if not message.cancelled() and message.exception() is None and self._task:
            self.left = True
            self._task.cancel()


def _too_large(largest: int) -> RefusedError:
    return RefusedError(Denial(413, "body_too_large", f"The body is larger than the {largest} bytes allowed."))
