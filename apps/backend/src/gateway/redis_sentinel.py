"""Asks Sentinel which server of a group is the master."""

import asyncio
import socket
from collections.abc import Collection
from typing import Final, TypeAlias

from redis.exceptions import ResponseError

from gateway.redis_connection import CLOSED, open_connection
from gateway.settings import RedisSettings

#: Share of `timeout_seconds` that finding the master may take; the rest is left for reaching it.
_SHARE: Final = 0.5

#: Number of the failover that made it the master, host, port.
_Master: TypeAlias = tuple[int, str, int]


async def find_master(settings: RedisSettings, port: int, name: str) -> tuple[str, int]:
    """Host and port of the server that Sentinel, at this port of `settings.host`, knows as the master `name`.

    Every address of that name is asked at the same time. Once more than half of them answered, or all that will, the
    newest failover counts: a Sentinel that was cut off is outvoted, and one that is gone is not waited for.
    Raises OSError or TimeoutError when none answers within half of `settings.timeout_seconds`.
    """
    addresses = await _addresses(settings, port)
    asking = [asyncio.create_task(_ask(settings, address, port, name)) for address in addresses]
    answers: list[_Master] = []
    failures: list[str] = []
    try:
        for answer in asyncio.as_completed(asking):
            try:
                answers.append(await answer)
            except (OSError, ResponseError) as error:  # TimeoutError is an OSError
                failures.append(f"{type(error).__name__}: {error}")
            if len(answers) > len(asking) / 2:
                break
    finally:
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
    if not answers:
        raise ConnectionError(f"no Sentinel at {settings.host}:{port} knows {name!r}: {'; '.join(failures)}")
    _, master_host, master_port = max(answers)
    return master_host, master_port


async def _addresses(settings: RedisSettings, port: int) -> Collection[str]:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(settings.timeout_seconds * _SHARE):
        found = await loop.getaddrinfo(settings.host, port, type=socket.SOCK_STREAM)
    return {str(address[0]) for *_, address in found}


async def _ask(settings: RedisSettings, address: str, port: int, name: str) -> _Master:
    async with asyncio.timeout(settings.timeout_seconds * _SHARE):
        connection = await open_connection(settings, address, port, settings.host)
        try:
            reply = await connection.call(("SENTINEL", "MASTER", name), settings.timeout_seconds)
            # In this order: while a failover ends, the first reply names the former master under the new epoch.
            current = await connection.call(("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name), settings.timeout_seconds)
        finally:
            connection.abort(ConnectionError(CLOSED))
    if not isinstance(reply, list) or not isinstance(current, list):
        raise ConnectionError(f"Sentinel at {address} answered {reply!r} and {current!r}")
    fields = dict(zip(map(_text, reply[::2]), map(_text, reply[1::2]), strict=True))
    master_host, master_port = map(_text, current)
    return int(fields["config-epoch"]), master_host, int(master_port)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
