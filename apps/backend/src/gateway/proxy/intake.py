"""Takes the body of a request in, after everything that can be known without it."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Final, TypeAlias

from starlette.types import Receive

from gateway.byte_budget import NO_ROOM, UNCOUNTED, Holding
from gateway.contracts import Denial
from gateway.errors import RefusedError
from gateway.proxy.client import Client, HeaderMap

#: Seconds a client may take to send its body.
_SECONDS: Final = 60.0

#: What has to be entered while a large body is received: it raises RefusedError when that would be in vain.
Entrance: TypeAlias = Callable[[], AbstractAsyncContextManager[None]]


class DisconnectedError(Exception):
    """The client left before its request was complete."""


def declared_length(headers: HeaderMap) -> int | None:
    """Bytes of the body as the client says; None when it does not."""
    length = headers.get(b"content-length", b"")
    return int(length) if length.isdigit() else None


async def read_body(
    headers: HeaderMap, client: Client, receive: Receive, largest: int, holding: Holding, entrance: Entrance
) -> bytes | bytearray:
    """The whole body, of `largest` bytes at most. Raises RefusedError (408, 413, 415, 503) or DisconnectedError."""
    if headers.get(b"content-encoding", b"identity") not in (b"", b"identity"):
        raise RefusedError(Denial(415, "compressed_body", "Compressed bodies are not accepted. Send plain JSON."))
    declared = declared_length(headers)
    _check(declared or 0, largest)
    arrived = client.take_body()
    if arrived is not None:
        _admit(len(arrived), largest, holding)
        return arrived
    small = declared is not None and declared <= UNCOUNTED
    async with nullcontext() if small else entrance():
        _admit(declared or 0, largest, holding)
        try:
            async with asyncio.timeout(_SECONDS):
                return await _receive(receive, largest, holding)
        except TimeoutError as error:
            text = f"The body did not arrive within {_SECONDS:g} s."
            raise RefusedError(Denial(408, "slow_body", text, 0.0)) from error


async def _receive(receive: Receive, largest: int, holding: Holding) -> bytearray:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise DisconnectedError
        body += message.get("body", b"")
        _admit(len(body), largest, holding)
        if not message.get("more_body"):
            return body


def _admit(size: int, largest: int, holding: Holding) -> None:
    _check(size, largest)
    if not holding.cover(size):
        raise RefusedError(NO_ROOM)


def _check(size: int, largest: int) -> None:
    if size > largest:
        raise RefusedError(Denial(413, "body_too_large", f"The body is larger than the {largest} bytes allowed."))
