"""Replicas with a usage journal, and one that finds what another left there."""

import asyncio
import os
import signal

import pytest
from httpx2 import AsyncClient, HTTPError

from harness.data_plane import CHAT, GatewayClient, chat, client_of
from harness.environment import FIRST_KEY, Servers
from harness.gateway import GatewayProcess, StartGateway
from harness.processes import eventually
from harness.usage_records import all_stored, stored_ids


def kill(replica: GatewayProcess) -> None:
    assert replica.process is not None
    replica.process.send(signal.SIGKILL)
    replica.process.wait()


async def hundred_answers(client: GatewayClient) -> None:
    answers = await asyncio.gather(*(client.ask("small", stream=n % 2 == 0) for n in range(100)))
    assert {answer.status_code for answer in answers} == {200}


async def journal_is_empty(replica: GatewayProcess) -> None:
    async def empty() -> bool:
        return not os.listdir(replica.journal)

    await eventually(empty, "the journal has no files")


@pytest.mark.parametrize("command", ["serve", "worker"])
async def test_a_replica_killed_while_redis_is_away_leaves_every_record_to_its_successor(
    fragile: Servers, start: StartGateway, command: str
) -> None:
    doomed = start()
    fragile.queue.stop()
    async with client_of(doomed) as client:
        await hundred_answers(client)
    kill(doomed)
    fragile.queue.start()
    assert await stored_ids(fragile) == set()
    successor = start(command, GATEWAY_USAGE_JOURNAL=str(doomed.journal))
    await all_stored(fragile, 100)
    await journal_is_empty(successor)


async def test_without_redis_answers_go_and_their_records_follow_when_it_is_back(
    fragile: Servers, start: StartGateway
) -> None:
    replica = start()
    async with client_of(replica) as client:
        fragile.queue.stop()
        await hundred_answers(client)
        assert await client.metric("ai_gateway_usage_records_waiting") == 100
        assert await client.metric("ai_gateway_usage_records_abandoned_total") == 0
        fragile.queue.start()
        await all_stored(fragile, 100)
    replica.stop()
    assert os.listdir(replica.journal) == []


async def test_a_replica_killed_under_load_loses_the_record_of_no_answer(fragile: Servers, start: StartGateway) -> None:
    doomed = start()
    answered: list[str] = []
    async with client_of(doomed) as client:
        asking = [asyncio.create_task(_ask_until_cut(client.http, answered)) for _ in range(8)]

        async def under_load() -> bool:
            return len(answered) >= 200

        await eventually(under_load, "200 answers", seconds=60)
        kill(doomed)
        await asyncio.gather(*asking)
    start(GATEWAY_USAGE_JOURNAL=str(doomed.journal))

    async def stored() -> bool:
        return set(answered) <= await stored_ids(fragile)

    await eventually(stored, "the record of every answer is in PostgreSQL", seconds=90)


async def _ask_until_cut(http: AsyncClient, answered: list[str]) -> None:
    headers = {"authorization": f"Bearer {FIRST_KEY}"}
    while True:
        try:
            answer = await http.post(CHAT, json=chat("small"), headers=headers)
        except HTTPError:
            return
        assert answer.status_code == 200
        answered.append(answer.headers["x-request-id"])
