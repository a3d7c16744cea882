"""One connection to a Redis server or to Sentinel."""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final, TypeAlias, TypeVar, cast

import hiredis
from redis.exceptions import ResponseError

from gateway.settings import RedisSettings, read_secret

Reply: TypeAlias = bytes | int | list["Reply"] | None
#: Takes the reply to a command, or why there is none. Called at most once, and never waits.
Receiver: TypeAlias = Callable[[Reply | Exception], None]
Command: TypeAlias = tuple[str | bytes, ...]

_Answer = TypeVar("_Answer")

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
        self._waiting: deque[tuple[Receiver, asyncio.TimerHandle]] = deque()
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None

    async def call(self, command: Command, timeout_s: float) -> Reply:
        """The reply to a command. Raises ResponseError, ConnectionError or TimeoutError."""
        reply: asyncio.Future[Reply] = self._loop.create_future()
        self.submit(command, timeout_s, partial(resolve, reply))
        return await reply

    def submit(self, command: Command, timeout_s: float, done: Receiver) -> None:
        """Send a command; `done` gets its reply, or ResponseError, ConnectionError or TimeoutError."""
        if self._transport is None or self.closed:
            done(ConnectionError(CLOSED))
            return
        late = TimeoutError(f"Redis did not answer within {timeout_s:g} s")
        self._waiting.append((done, self._loop.call_later(timeout_s, self.abort, late)))
        # hiredis declares a tuple of one part and takes any number of them.
        self._transport.write(hiredis.pack_command(cast(tuple[str], command)))

    def abort(self, reason: Exception) -> None:
        """Close the connection: after a late reply nothing on it can be told apart any more."""
        self.closed = True
        if self._transport:
            self._transport.abort()
        while self._waiting:
            self._answer(reason)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.abort(ConnectionError(CLOSED))

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while (reply := self._reader.gets()) is not False and self._waiting:
            self._answer(reply)

    def _answer(self, reply: Reply | Exception) -> None:
        done, timer = self._waiting.popleft()
        timer.cancel()
        done(reply)


def resolve(future: "asyncio.Future[_Answer]", answer: _Answer | Exception) -> None:
    """Give an answer to whoever still waits for it."""
    if future.done():
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
