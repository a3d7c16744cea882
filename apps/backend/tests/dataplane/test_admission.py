"""Busy and cold models: who waits, who goes first, who is refused."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from harness.data_plane import GatewayClient, client_of, contents, payloads, running
from harness.engine import MakeEngines, polite
from harness.environment import FIRST_KEY
from harness.gateway import StartGateway
from harness.processes import eventually


@pytest.fixture
async def narrow(start_gateway: StartGateway) -> AsyncIterator[GatewayClient]:
    """A gateway that gives each engine two requests and lets four wait, for a second."""
    gateway = start_gateway(
        GATEWAY_ENGINE_REQUESTS="2",
        GATEWAY_QUEUE_REQUESTS="4",
        GATEWAY_QUEUE_SECONDS="1",
        GATEWAY_COLD_START_SECONDS="3",
    )
    async with client_of(gateway) as client:
        yield client


async def test_c167_a_request_for_a_cold_model_waits_for_its_engine_at_a_replica_that_is_ready(
    client: GatewayClient, engines: MakeEngines
) -> None:
    waiting = asyncio.create_task(client.ask("solo", stream=True))

    async def queued() -> bool:
        return await client.metric("ai_gateway_queued_requests", model="solo") == 1

    await eventually(queued, "the request is counted, which is what starts an engine")
    assert await client.metric("ai_gateway_requests_in_flight", model="solo") == 1
    assert (await client.http.get("/ready")).status_code == 200
    async with running(client, *engines("solo")):
        answer = await waiting
    assert contents(payloads(answer.text)) == "t0 t1 t2 "


async def test_c172_the_scaling_gauges_exist_for_every_model_without_engines(client: GatewayClient) -> None:
    page = (await client.http.get("/metrics")).text
    for name in ("ai_gateway_requests_in_flight", "ai_gateway_queued_requests"):
        for model in ("solo", "pair"):
            assert f'{name}{{model="{model}"}} 0.0' in page


async def test_a_cold_model_whose_engine_does_not_come_answers_503(narrow: GatewayClient) -> None:
    answer = await narrow.ask("solo")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "model_starting")
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_client_that_leaves_the_queue_is_forgotten(client: GatewayClient) -> None:
    stream = await client.open_stream("solo")

    async def queued(count: int) -> bool:
        return await client.metric("ai_gateway_queued_requests", model="solo") == count

    await eventually(lambda: queued(1), "it waits")
    stream.leave()
    await eventually(lambda: queued(0), "it is gone")


async def test_beyond_the_queue_requests_are_refused_at_once(narrow: GatewayClient, engines: MakeEngines) -> None:
    (engine,) = engines("solo", polite(tokens=1, pause_s=0.2))
    async with running(narrow, engine):
        answers = await asyncio.gather(*(narrow.ask("solo") for _ in range(30)))
    served = [answer for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code == 503]
    assert len(served) + len(refused) == 30
    assert len(served) == len(engine.requests) >= 2
    assert refused
    assert all(answer.json()["error"]["code"] == "model_overloaded" for answer in refused)
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)


async def test_a_turn_that_does_not_come_in_time_is_a_503(narrow: GatewayClient, engines: MakeEngines) -> None:
    (engine,) = engines("solo", polite(tokens=1, pause_s=2.5))
    async with running(narrow, engine):
        answers = await asyncio.gather(*(narrow.ask("solo") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 503, 503]


async def test_probes_and_metrics_do_not_wait_while_every_place_is_taken(
    narrow: GatewayClient, engines: MakeEngines
) -> None:
    async with running(narrow, *engines("solo", polite(tokens=1, pause_s=0.5))):
        load = [asyncio.create_task(narrow.ask("solo")) for _ in range(6)]

        async def full() -> bool:
            return await narrow.metric("ai_gateway_queued_requests", model="solo") > 0

        await eventually(full, "the queue is in use")
        for path in ("/health", "/ready"):
            assert (await narrow.http.get(path)).status_code == 200
        assert not all(task.done() for task in load)
        await asyncio.gather(*load)


async def test_keys_that_nobody_has_do_not_hold_up_those_that_somebody_has(
    start_gateway: StartGateway, engines: MakeEngines
) -> None:
    # A gateway with the usual patience: this process, which is the engine as well, is busy with the flood.
    async with client_of(start_gateway()) as client, running(client, *engines("solo")):
        await client.ask("solo")
        strangers = [
            asyncio.create_task(GatewayClient(client.http, client.port, f"sk-{number:048}").ask("solo"))
            for number in range(200)
        ]
        known = [await GatewayClient(client.http, client.port, FIRST_KEY).ask("solo") for _ in range(20)]
        answers = await asyncio.gather(*strangers)
    assert {answer.status_code for answer in known} == {200}
    assert {answer.status_code for answer in answers} <= {401, 503}
