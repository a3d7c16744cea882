"""The client's connection: the ways in which HTTP/1.1 lets a client use it, and very many of them."""

import asyncio
import resource
from pathlib import Path

import orjson
import pytest

from harness.data_plane import CHAT, GatewayClient, RawStream, chat, client_of, running
from harness.engine import MakeEngines, polite, silent
from harness.gateway import GatewayProcess, StartGateway
from harness.processes import eventually

IDLE = 10_000
#: What an idle connection may cost the gateway, in bytes: its parser, its protocol and its transport take about 6 KB.
BYTES_PER_CONNECTION = 12_000


def _request(client: GatewayClient, *headers: str, version: str = "1.1", **fields: bool | str) -> bytes:
    body = orjson.dumps(chat("solo", **fields))
    lines = (
        f"POST {CHAT} HTTP/{version}",
        f"authorization: Bearer {client.key}",
        f"content-length: {len(body)}",
        *headers,
    )
    return "\r\n".join(lines).encode() + b"\r\nhost: x\r\n\r\n" + body


async def _connect(client: GatewayClient) -> RawStream:
    return RawStream(*await asyncio.open_connection("127.0.0.1", client.port))


async def test_requests_sent_at_once_are_answered_in_order(client: GatewayClient, engines: MakeEngines) -> None:
    async with running(client, *engines("solo", polite(tokens=4))):
        connection = await _connect(client)
        kinds = (True, False, True, False)
        last = ["connection: close"]
        requests = [_request(client, *(last if n == 3 else ()), stream=stream) for n, stream in enumerate(kinds)]
        connection.writer.write(b"".join(requests))
        answers = (await connection.rest()).split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert [b"text/event-stream" in answer for answer in answers] == list(kinds)
    assert [answer.endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n") for answer in answers] == list(kinds)


async def test_a_client_of_http_1_0_gets_its_answer_and_the_end(client: GatewayClient, engines: MakeEngines) -> None:
    async with running(client, *engines("solo")):
        connection = await _connect(client)
        connection.writer.write(_request(client, version="1.0"))
        answer = await connection.rest()
    assert b"connection: close\r\n" in answer
    assert orjson.loads(answer.partition(b"\r\n\r\n")[2])["usage"]["total_tokens"] == 10


async def test_a_client_that_asks_first_is_told_to_continue(client: GatewayClient, engines: MakeEngines) -> None:
    async with running(client, *engines("solo")):
        connection = await _connect(client)
        head, _, body = _request(client, "expect: 100-continue", "connection: close").partition(b"\r\n\r\n")
        connection.writer.write(head + b"\r\n\r\n")
        assert await connection.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.writer.write(body)
        assert (await connection.rest()).startswith(b"HTTP/1.1 200 OK\r\n")


async def test_a_client_with_a_large_body_that_leaves_stops_the_engine(
    client: GatewayClient, engines: MakeEngines
) -> None:
    (engine,) = engines("solo", silent)
    async with running(client, engine):
        connection = await _connect(client)
        connection.writer.write(_request(client, user="x" * 500_000))

        async def asked() -> bool:
            return bool(engine.requests)

        await eventually(asked, "the engine is asked")
        connection.leave()

        async def left() -> bool:
            return engine.cut == 1

        await eventually(left, "the engine's connection is closed", seconds=3)


@pytest.mark.alone
async def test_ten_thousand_idle_connections_leave_room_for_everybody(
    start_gateway: StartGateway, engines: MakeEngines
) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    gateway = start_gateway()
    async with client_of(gateway) as client, running(client, *engines("solo")):
        assert (await client.ask("solo")).status_code == 200
        before = _memory(gateway)
        idle = [await _connect(client) for _ in range(IDLE)]
        assert _open_files(gateway) > IDLE
        answers = await asyncio.gather(*(client.ask("solo", stream=n % 2 == 0) for n in range(100)))
        assert {answer.status_code for answer in answers} == {200}
        assert (await client.http.get("/health")).status_code == 200
        assert _memory(gateway) - before < IDLE * BYTES_PER_CONNECTION
        for connection in idle:
            connection.leave()

        async def closed() -> bool:
            return _open_files(gateway) < IDLE / 10

        await eventually(closed, "the gateway has closed its side too")


@pytest.mark.alone
async def test_memory_does_not_grow_with_the_number_of_requests(
    start_gateway: StartGateway, engines: MakeEngines
) -> None:
    gateway = start_gateway()

    async def work(client: GatewayClient, rounds: int) -> None:
        for _ in range(rounds):
            await asyncio.gather(*(client.ask("solo", stream=n % 2 == 0) for n in range(50)))
            leaving = await client.open_stream("solo")
            await leaving.until(b"t0 ")
            leaving.leave()

    async with client_of(gateway) as client, running(client, *engines("solo", polite(tokens=20))):
        await work(client, 40)
        before = _memory(gateway)
        await work(client, 80)
        assert _memory(gateway) - before < 4_000_000


def _memory(gateway: GatewayProcess) -> int:
    """Resident bytes."""
    assert gateway.process
    return int(Path(f"/proc/{gateway.process.pid}/statm").read_text().split()[1]) * resource.getpagesize()


def _open_files(gateway: GatewayProcess) -> int:
    assert gateway.process
    return len(list(Path(f"/proc/{gateway.process.pid}/fd").iterdir()))
