"""Which of several Sentinels is believed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from gateway.redis_sentinel import find_master
from gateway.settings import RedisSettings
from harness.processes import free_port
from harness.sentinel import ADDRESSES, SERVICE, resolve_service

SETTINGS = RedisSettings(host=SERVICE, port=1, timeout_seconds=2)


@pytest.fixture(autouse=True)
def service(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_service(monkeypatch)


def _named(epoch: int, host: str, current: str | None = None) -> tuple[bytes, bytes]:
    """The replies to MASTER and to GET-MASTER-ADDR-BY-NAME, which may name another host than the first."""
    return _words("ip", host, "port", "6379", "config-epoch", str(epoch)), _words(current or host, "6379")


def _words(*words: str) -> bytes:
    return f"*{len(words)}\r\n".encode() + b"".join(f"${len(word)}\r\n{word}\r\n".encode() for word in words)


@asynccontextmanager
async def _sentinels(*replies: tuple[bytes, ...] | None) -> AsyncIterator[int]:
    """The port of so many Sentinels; None never answers."""
    port = free_port()
    hanging = asyncio.Event()

    def replying(
        replies: tuple[bytes, ...] | None,
    ) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], asyncio.Task[None]]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for reply in replies or ():
                await reader.read(1000)  # one command
                writer.write(reply)
            if replies is None:
                await hanging.wait()
            with contextlib.suppress(OSError):
                await reader.read()
            writer.close()

        return lambda reader, writer: asyncio.create_task(serve(reader, writer))

    servers = [
        await asyncio.start_server(replying(reply), address, port)
        for address, reply in zip(ADDRESSES, replies, strict=False)
    ]
    try:
        yield port
    finally:
        hanging.set()
        for server in servers:
            server.close()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_the_newest_failover_counts_whichever_sentinel_is_asked_first(order: tuple[int, int]) -> None:
    answers = (_named(9, "old.example"), _named(10, "new.example"))
    async with _sentinels(*(answers[n] for n in order), None) as port:
        assert await find_master(SETTINGS, port, "main") == ("new.example", 6379)


async def test_while_a_failover_ends_the_new_master_counts() -> None:
    async with _sentinels(_named(2, "old.example", current="new.example"), _named(1, "old.example")) as port:
        assert await find_master(SETTINGS, port, "main") == ("new.example", 6379)


async def test_one_sentinel_is_enough_while_the_others_are_gone_or_silent() -> None:
    async with _sentinels(None, _named(1, "only.example")) as port:
        assert await find_master(SETTINGS, port, "main") == ("only.example", 6379)


async def test_without_an_answer_the_error_says_who_was_asked_for_what() -> None:
    async with _sentinels((b"-ERR No such master with that name\r\n",)) as port:
        with pytest.raises(ConnectionError, match=rf"redis.example:{port} knows 'main': .*No such master"):
            await find_master(SETTINGS, port, "main")
