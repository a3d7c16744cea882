"""Large bodies: what they take of the gateway itself, and what is known before they are received."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from gateway.jsontypes import Json
from harness.data_plane import CHAT, GatewayClient, chat, client_of, code_of, payloads, running
from harness.engine import MakeEngines, polite
from harness.gateway import GatewayProcess, StartGateway
from harness.processes import eventually

MIB = 1024 * 1024


@pytest.fixture
async def cramped(start_gateway: StartGateway) -> AsyncIterator[GatewayClient]:
    """A gateway that has room for a megabyte of bodies."""
    gateway = start_gateway(GATEWAY_BODY_MAX_BYTES="1000000", GATEWAY_BODIES_MAX_BYTES="1000000")
    async with client_of(gateway) as client:
        yield client


@pytest.mark.alone
async def test_large_bodies_of_one_tenant_do_not_take_the_memory_of_all(
    start_gateway: StartGateway, engines: MakeEngines
) -> None:
    gateway = start_gateway()
    picture: Json = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 30 * MIB}}
    body = orjson.dumps(chat("solo", stream=True, messages=[{"role": "user", "content": [picture]}]))
    async with client_of(gateway) as client, running(client, *engines("solo", polite(tokens=20, pause_s=0.1))):
        limited = await client.tenant({"concurrency": 1, "requests_per_minute": 5})
        asking = [limited.http.post(CHAT, content=body, headers=limited.headers) for _ in range(8)]
        answers = await asyncio.gather(*asking)
        assert (await client.ask("solo")).status_code == 200
    assert {answer.status_code for answer in answers} <= {200, 429, 503}
    assert any(payloads(answer.text)[-1] == "[DONE]" for answer in answers if answer.status_code == 200)
    assert _peak_memory(gateway) < 240 * MIB


async def test_a_large_body_is_not_received_when_a_limit_forbids_it_anyway(
    cramped: GatewayClient, engines: MakeEngines
) -> None:
    limited = await cramped.tenant({"concurrency": 1})
    async with running(cramped, *engines("solo", polite(tokens=100_000, pause_s=0.05))):
        stream = await limited.open_stream("solo")
        await stream.until(b"t0 ")
        refused = await limited.begin("content-length: 900000")
        status, answer = await refused.answer()
        assert (status, code_of(answer)) == (429, "concurrency_limit_exceeded")
        stream.leave()


async def test_while_a_large_body_comes_it_has_the_place_that_its_request_will_have(cramped: GatewayClient) -> None:
    limited = await cramped.tenant({"concurrency": 1})
    coming = await limited.begin("content-length: 900000")

    async def taken() -> bool:
        status, answer = await (await limited.begin("content-length: 900000")).answer()
        return (status, code_of(answer)) == (429, "concurrency_limit_exceeded")

    await eventually(taken, "a second one is refused")
    coming.leave()

    async def given_back() -> bool:
        return (await limited.ask("nobody", user="x" * 700_000)).status_code == 404

    await eventually(given_back, "the place of a client that left is free again")


async def test_what_finds_no_room_is_refused_before_it_is_received(
    cramped: GatewayClient, engines: MakeEngines
) -> None:
    one, other = await cramped.tenant(), await cramped.tenant()
    first = await one.begin("content-length: 600000")
    first.writer.write(b" " * 100)

    async def full() -> bool:
        status, answer = await (await one.begin("content-length: 500000")).answer()
        return (status, code_of(answer)) == (503, "bodies_busy")

    await eventually(full, "a tenant gets no more than is left for the others")
    async with running(cramped, *engines("solo")):
        assert (await one.ask("solo")).status_code == 200
        assert (await other.ask("solo", user="x" * 300_000)).status_code == 200
        first.leave()

        async def free() -> bool:
            return (await one.ask("solo", user="x" * 500_000)).status_code == 200

        await eventually(free, "the room of a client that left is free again")


async def test_a_body_that_turns_out_too_large_is_refused_when_it_does(cramped: GatewayClient) -> None:
    stream = await cramped.begin("transfer-encoding: chunked")
    for _ in range(21):
        stream.writer.write(b"c350\r\n" + b" " * 50_000 + b"\r\n")
    assert (await stream.answer())[0] == 413


async def test_a_streams_body_is_let_go_when_its_answer_begins(cramped: GatewayClient, engines: MakeEngines) -> None:
    async with running(cramped, *engines("solo", polite(tokens=100_000, pause_s=0.05))):
        for _ in range(3):
            stream = await cramped.open_stream("solo", user="x" * 700_000)
            await stream.until(b"t0 ")


@pytest.mark.parametrize("stream", [True, False])
async def test_the_engine_gets_a_large_body_as_it_is(client: GatewayClient, engines: MakeEngines, stream: bool) -> None:
    (engine,) = engines("solo")
    async with running(client, engine):
        answer = await client.ask("solo", stream=stream, user="x" * 800_000)
    assert answer.status_code == 200
    got = {name: value for name, value in engine.requests[0].document.items() if name != "stream_options"}
    assert got == chat("solo", stream=stream, user="x" * 800_000)


def _peak_memory(gateway: GatewayProcess) -> int:
    """Bytes that were resident at most."""
    assert gateway.process
    status = Path(f"/proc/{gateway.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
