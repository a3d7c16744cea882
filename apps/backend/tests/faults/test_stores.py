"""What happens to requests and their usage records while stores and replicas die."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from httpx2 import Response

from harness.data_plane import GatewayClient, client_of
from harness.databases import connected
from harness.environment import Servers
from harness.gateway import GatewayProcess, StartGateway
from harness.processes import eventually
from harness.usage_records import all_stored, stored_ids

#: Where a usage record is when its answer ends: in the journal, as deployed by default, or in Redis.
WAYS = pytest.mark.parametrize("settings", [{}, {"GATEWAY_USAGE_JOURNAL": None}], ids=["journal", "redis"])


@asynccontextmanager
async def traffic(client: GatewayClient, streams: int = 6) -> AsyncIterator[list[Response]]:
    """Requests one after another in so many places, half of them streamed, until the block ends; their answers."""
    answers: list[Response] = []
    stop = asyncio.Event()

    async def ask(place: int) -> None:
        while not stop.is_set():
            answers.append(await client.ask("small", stream=place % 2 == 0))

    asking = [asyncio.create_task(ask(place)) for place in range(streams)]
    yield answers
    stop.set()
    await asyncio.gather(*asking)


async def more_answers(answers: list[Response], count: int = 40) -> None:
    wanted = len(answers) + count

    async def arrived() -> bool:
        return len(answers) >= wanted

    await eventually(arrived, f"{count} more answers", seconds=60)


@WAYS
async def test_a_replica_killed_between_answer_and_commit_loses_no_usage_record(
    fragile: Servers, start: StartGateway, settings: dict[str, None]
) -> None:
    doomed = start(GATEWAY_BACKGROUND_WORK="apart", **settings)  # answers only: it puts nothing into PostgreSQL
    async with client_of(doomed) as client:
        answers = await asyncio.gather(*(client.ask("small", stream=n % 2 == 0) for n in range(200)))
    assert doomed.process is not None
    doomed.process.send(signal.SIGKILL)
    doomed.process.wait()
    assert {answer.status_code for answer in answers} == {200}
    assert await stored_ids(fragile) == set()
    start(GATEWAY_USAGE_JOURNAL=doomed.environment.get("GATEWAY_USAGE_JOURNAL"))
    await all_stored(fragile, 200)


@WAYS
async def test_a_restart_of_redis_loses_no_answer_and_no_usage_record(
    fragile: Servers, start: StartGateway, settings: dict[str, None]
) -> None:
    async with client_of(start(**settings)) as client:
        async with traffic(client) as answers:
            await more_answers(answers)
            fragile.queue.stop()
            await asyncio.sleep(0.5)
            fragile.queue.start()
            await more_answers(answers)
        assert {answer.status_code for answer in answers} == {200}
        await all_stored(fragile, len(answers))


async def test_without_a_journal_answers_wait_for_redis(fragile: Servers, start: StartGateway) -> None:
    async with client_of(start(GATEWAY_USAGE_JOURNAL=None)) as client:
        fragile.queue.stop()
        asking = asyncio.create_task(client.ask("small"))

        async def held() -> bool:
            return await client.metric("ai_gateway_usage_records_waiting") == 1

        await eventually(held, "the answer's record waits for Redis")
        assert not asking.done()
        fragile.queue.start()
        assert (await asking).status_code == 200
        await all_stored(fragile, 1)


async def test_a_restart_of_postgres_loses_no_answer_and_no_usage_record(fragile: Servers, start: StartGateway) -> None:
    async with client_of(start()) as client:
        async with traffic(client) as answers:
            await more_answers(answers)
            fragile.postgres.stop()
            await more_answers(answers)
            fragile.postgres.start()
            await more_answers(answers)
        assert {answer.status_code for answer in answers} == {200}
        await all_stored(fragile, len(answers))


async def _limited(replica: GatewayProcess, client: GatewayClient) -> None:
    """Give the tenant of the first key a limit of three requests a minute."""
    tenants = await client.http.get("/admin/v1/tenants", headers=client.headers)
    [tenant] = tenants.json()
    command = ("admin", "limits", "set", tenant["id"], "small", "--requests-per-minute", "3")
    assert replica.run(*command).returncode == 0


async def test_without_redis_limited_tenants_are_refused_by_default(fragile: Servers, start: StartGateway) -> None:
    replica = start()
    async with client_of(replica) as client:
        await _limited(replica, client)
        assert (await client.ask("small")).headers["x-ratelimit-remaining-requests"] == "2"
        fragile.cache.stop()
        refused = await client.ask("small")
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "limits_unavailable")
        assert refused.headers["retry-after"] == "1"
        fragile.cache.start()

        async def served() -> bool:
            return (await client.ask("small")).status_code == 200

        await eventually(served, "limits work again")


async def test_without_redis_a_replica_applies_limits_alone_where_that_is_configured(
    fragile: Servers, start: StartGateway
) -> None:
    replica = start(GATEWAY_LIMITS_WITHOUT_REDIS="local")
    async with client_of(replica) as client:
        await _limited(replica, client)
        await client.ask("small")
        fragile.cache.stop()
        answers = [(await client.ask("small")).status_code for _ in range(6)]
        assert answers == [200, 200, 200, 429, 429, 429]


async def test_a_revoked_key_is_refused_by_every_replica_at_once(fragile: Servers, start: StartGateway) -> None:
    first, second = start(), start()
    async with client_of(first) as one, client_of(second) as other:
        [tenant] = (await one.http.get("/admin/v1/tenants", headers=one.headers)).json()
        keys = f"/admin/v1/tenants/{tenant['id']}/keys"
        made = (await one.http.post(keys, json={"name": "short-lived"}, headers=one.headers)).json()
        holder = {"authorization": f"Bearer {made['secret']}"}
        assert (await other.http.get("/v1/models", headers=holder)).status_code == 200
        await one.http.delete(f"/admin/v1/keys/{made['id']}", headers=one.headers)

        async def refused() -> bool:
            return (await other.http.get("/v1/models", headers=holder)).status_code == 401

        # Far below the 30 seconds after which the other replica would ask PostgreSQL again by itself.
        await eventually(refused, "the other replica has heard of it", seconds=10)


async def test_a_replica_serves_through_the_migration_of_the_next_version(
    fragile: Servers, start: StartGateway
) -> None:
    async with client_of(start()) as client:
        async with traffic(client) as answers:
            await more_answers(answers)
            await _expand(fragile)
            await more_answers(answers)
        assert {answer.status_code for answer in answers} == {200}
        await all_stored(fragile, len(answers))


async def _expand(servers: Servers) -> None:
    """What an expanding revision may do: new tables, and new columns that may be empty or have a default."""
    async with connected(servers.postgres, servers.database) as connection:
        for table in ("tenants", "api_keys", "limits", "budgets", "usage", "files", "batches", "batch_items"):
            await connection.execute(f"ALTER TABLE {table} ADD COLUMN next_version integer NOT NULL DEFAULT 0")
        await connection.execute("CREATE INDEX CONCURRENTLY ix_next ON usage (next_version)")
