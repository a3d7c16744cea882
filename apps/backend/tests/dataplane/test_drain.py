"""A replica that leaves."""

import asyncio
import signal

import pytest

from harness.data_plane import client_of, payloads, running
from harness.engine import MakeEngines, polite
from harness.gateway import GatewayProcess, StartGateway
from harness.processes import eventually


def _signal(gateway: GatewayProcess) -> None:
    assert gateway.process
    gateway.process.send(signal.SIGTERM)


@pytest.mark.alone
@pytest.mark.parametrize("streams", [500])
async def test_c113_sigterm_cuts_none_of_many_streams(
    start_gateway: StartGateway, engines: MakeEngines, streams: int
) -> None:
    gateway = start_gateway(GATEWAY_ENGINE_REQUESTS="1000")
    (engine,) = engines("solo", polite(tokens=20, pause_s=0.2))
    async with client_of(gateway) as client, engine:
        await client.engines_ready("solo", 1)
        opened = [await client.open_stream("solo") for _ in range(streams)]
        await asyncio.gather(*(stream.until(b"t0 ") for stream in opened))
        _signal(gateway)
        answers = await asyncio.gather(*(stream.rest() for stream in opened))
        assert gateway.process
        await asyncio.to_thread(gateway.process.wait)
    assert sum(answer.endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n") for answer in answers) == streams
    assert all(answer.count(b"data: ") == 20 for answer in answers)


async def test_asked_to_drain_it_is_not_ready_but_serves_on(start_gateway: StartGateway, engines: MakeEngines) -> None:
    gateway = start_gateway(GATEWAY_DRAIN_NOTICE_SECONDS="1")
    async with client_of(gateway) as client, running(client, *engines("solo")):
        draining = asyncio.create_task(client.http.get("/health/drain"))

        async def leaving() -> bool:
            return (await client.http.get("/ready")).status_code == 503

        await eventually(leaving, "the replica is not ready")
        late = await client.ask("solo", stream=True)
        assert payloads(late.text)[-1] == "[DONE]"
        assert late.headers["connection"] == "close"
        assert (await client.http.get("/health")).status_code == 200
        assert (await draining).json() == {"in_flight": 0}


async def test_a_drain_ends_at_its_deadline(start_gateway: StartGateway, engines: MakeEngines) -> None:
    gateway = start_gateway(GATEWAY_DRAIN_SECONDS="0.5")
    async with client_of(gateway) as client, running(client, *engines("solo", polite(tokens=10_000, pause_s=0.05))):
        stream = await client.open_stream("solo")
        await stream.until(b"t0 ")
        answer = await client.http.get("/health/drain")
        assert answer.json() == {"in_flight": 1}
        stream.leave()


async def test_an_empty_replica_leaves_by_itself(start_gateway: StartGateway) -> None:
    gateway = start_gateway()
    _signal(gateway)
    assert gateway.process
    assert await asyncio.to_thread(gateway.process.wait) == 0
