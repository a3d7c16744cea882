"""One Redis connection for the hot path, where the general client's time per command would be most of the cost."""

import asyncio
from functools import partial
from typing import Final

from redis.exceptions import ResponseError

from gateway.redis_connection import CLOSED, Command, Receiver, RedisConnection, Reply, open_connection, resolve
from gateway.redis_sentinel import find_master
from gateway.settings import RedisSettings

#: Error replies of a server that is a replica now, or was cut off from its replicas: another one may be the master.
_NOT_THE_MASTER: Final = ("READONLY", "NOREPLICAS")


class RedisLink:
    """Commands are answered in order on one connection, which is opened when needed and again after a failure."""

    def __init__(self, settings: RedisSettings) -> None:
        self.settings = settings
        self._connection: RedisConnection | None = None
        self._opening = asyncio.Lock()
        self._first: set[asyncio.Task[None]] = set()

    async def call(self, *command: str | bytes) -> Reply:
        """The reply to a command.

        Raises ResponseError for an error reply, and ConnectionError or TimeoutError when Redis is away; the command
        may have been executed then all the same.
        """
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self.submit(command, partial(resolve, reply))
        return await reply

    def submit(self, command: Command, done: Receiver) -> None:
        """As `call`, for those whom a coroutine would cost too much: `done` gets the reply or the exception."""
        connection = self._connection
        if connection is None or connection.closed:
            task = asyncio.create_task(self._connect_and_submit(command, done))
            self._first.add(task)
            task.add_done_callback(self._first.discard)
        else:
            connection.submit(command, self.settings.timeout_seconds, partial(self._received, connection, done))

    async def close(self) -> None:
        if self._connection:
            self._connection.abort(ConnectionError(CLOSED))

    def _received(self, connection: RedisConnection, done: Receiver, reply: Reply | Exception) -> None:
        if self.settings.sentinel and isinstance(reply, ResponseError) and str(reply).startswith(_NOT_THE_MASTER):
            connection.abort(ConnectionError(f"the server is not the master any more: {reply}"))
        done(reply)

    async def _connect_and_submit(self, command: Command, done: Receiver) -> None:
        try:
            connection = await self._open()
        except Exception as error:  # whoever waits must hear of it, whatever it is
            done(error)
        else:
            connection.submit(command, self.settings.timeout_seconds, partial(self._received, connection, done))

    async def _open(self) -> RedisConnection:
        async with self._opening:
            if self._connection and not self._connection.closed:
                return self._connection
            settings = self.settings
            async with asyncio.timeout(settings.timeout_seconds):
                if settings.sentinel:
                    self._connection = await _open_master(settings, *settings.sentinel)
                else:
                    self._connection = await open_connection(settings, settings.host, settings.port, settings.host)
            return self._connection


async def _open_master(settings: RedisSettings, sentinel_port: int, master: str) -> RedisConnection:
    host, port = await find_master(settings, sentinel_port, master)
    connection = await open_connection(settings, host, port, host)
    try:
        reply = await connection.call(("ROLE",), settings.timeout_seconds)
        role = reply[0] if isinstance(reply, list) else reply
        if role != b"master":
            raise ConnectionError(f"{host}:{port}, named by Sentinel, is not the master but {role!r}")
    except BaseException:
        connection.abort(ConnectionError(CLOSED))
        raise
    return connection
