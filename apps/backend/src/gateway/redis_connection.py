"""One connection to a Redis server or to Sentinel."""

import asyncio
from collections import deque
from typing import Final, TypeAlias, cast

import hiredis
from redis.exceptions import ResponseError

from gateway.settings import RedisSettings, read_secret

Reply: TypeAlias = bytes | int | list["Reply"] | None

CLOSED: Final = "the connection to Redis was closed"


async def open_connection(settings: RedisSettings, address: str, port: int, name: str) -> "RedisConnection":
    """Connect and log in. With TLS, the server at `address` (a name or an IP address) must prove that it is `name`.

    Raises OSError or TimeoutError when nobody answers, ResponseError when the password is wrong.
    """
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(
        RedisConnection, address, port, ssl=settings.tls, server_hostname=name if settings.tls else None
    )
    try:
        if settings.password_file:
            await connection.call(("AUTH", read_secret(settings.password_file)), settings.timeout_seconds)
    except BaseException:
        connection.abort(ConnectionError(CLOSED))
        raise
    return connection


class RedisConnection(asyncio.Protocol):
    """Opened by `open_connection`. After a failure it is `closed` for good."""

    def __init__(self) -> None:
        self.closed = False
        self._reader = hiredis.Reader(replyError=ResponseError)
        self._waiting: deque[asyncio.Future[Reply]] = deque()
        self._transport: asyncio.Transport | None = None

    async def call(self, command: tuple[str | bytes, ...], timeout_s: float) -> Reply:
        """The reply to a command. Raises ResponseError, ConnectionError or TimeoutError."""
        if self._transport is None or self.closed:
            raise ConnectionError(CLOSED)
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Reply] = loop.create_future()
        self._waiting.append(reply)
        # hiredis declares a tuple of one part and takes any number of them.
        self._transport.write(hiredis.pack_command(cast(tuple[str], command)))
        timer = loop.call_later(timeout_s, self.abort, TimeoutError(f"Redis did not answer within {timeout_s:g} s"))
        try:
            return await reply
        finally:
            timer.cancel()

    def abort(self, reason: Exception) -> None:
        """Close the connection: after a late reply nothing on it can be told apart any more."""
        self.closed = True
        if self._transport:
            self._transport.abort()
        while self._waiting:
            reply = self._waiting.popleft()
            if not reply.done():
                reply.set_exception(reason)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.abort(ConnectionError(CLOSED))

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while (answer := self._reader.gets()) is not False and self._waiting:
            reply = self._waiting.popleft()
            if reply.done():
                continue
            if isinstance(answer, ResponseError):
                reply.set_exception(answer)
            else:
                reply.set_result(answer)
