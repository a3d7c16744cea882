"""The master of three servers dies: clients follow Sentinel to the next one."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import select

from gateway.contracts import Denial, ModelLimits, Principal, Reservation
from gateway.limits.limiter import RedisLimiter
from gateway.limits.script import LimitScript
from gateway.redis_client import connect
from gateway.redis_link import RedisLink
from gateway.settings import RedisSettings
from gateway.storage.database import Database
from gateway.storage.tables import Usage
from gateway.tasks import end
from gateway.usage.reports import UsageReports
from gateway.usage.stream import STREAM, UsageStream
from gateway.usage.writer import UsageWriter
from gateway.workers.queue import JobQueue
from harness import redis
from harness.environment import Servers
from harness.gateway import GatewayProcess
from harness.principals import principal
from harness.processes import eventually
from harness.redis import RedisServer
from harness.sentinel import MASTER, SERVICE, WatchedRedis, resolve_service, sentinel_settings
from harness.usage_records import RECORD

ONE_AT_A_TIME = ModelLimits(concurrency=1)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[WatchedRedis]:
    group = WatchedRedis(tmp_path / "redis")
    group.start()
    yield group
    group.stop()


@pytest.fixture
def behind_sentinel(watched: WatchedRedis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RedisSettings:
    resolve_service(monkeypatch)
    return sentinel_settings(tmp_path, SERVICE, watched.sentinel_port)


@pytest.fixture
async def link(behind_sentinel: RedisSettings) -> AsyncIterator[RedisLink]:
    link = RedisLink(behind_sentinel)
    yield link
    await link.close()


@pytest.fixture
async def client(behind_sentinel: RedisSettings) -> AsyncIterator[Redis]:
    async with connect(behind_sentinel) as client:
        yield client


async def _replicated(link: RedisLink) -> None:
    """Wait until both replicas have what this link wrote."""

    async def on_both() -> bool:
        return await link.call("WAIT", "2", "100") == 2

    await eventually(on_both, "both replicas have the writes")


async def test_limits_usage_and_jobs_go_on_after_the_masters_pod_is_killed(
    watched: WatchedRedis, link: RedisLink, client: Redis, database: Database
) -> None:
    limiter = RedisLimiter(LimitScript(link), UsageReports(database), "deny")
    usage, jobs, who = UsageStream(link, patience_s=60), JobQueue(client), principal({"small": ONE_AT_A_TIME})
    held = await limiter.reserve(who, "small", 2)
    await jobs.push("job-1", "batch", {})
    await asyncio.gather(*(usage.record(replace(RECORD, request_id=f"req_{n}")) for n in range(50)))
    await _replicated(link)

    watched.kill_first_pod()
    await usage.record(replace(RECORD, request_id="req_50"))  # held back until there is a master again
    refused = await _decided(limiter, who)
    assert isinstance(refused, Denial)
    assert refused.code == "concurrency_limit_exceeded"  # the new master knows of the request that still runs
    assert isinstance(held, Reservation)
    limiter.settle(held, 2)
    assert isinstance(await limiter.reserve(who, "small", 2), Reservation)
    job = await jobs.take()
    assert job is not None
    assert job.id == "job-1"
    await _all_stored(client, database, {f"req_{n}" for n in range(51)})


async def test_an_answer_waits_until_a_second_server_has_its_usage_record(
    watched: WatchedRedis, link: RedisLink, client: Redis
) -> None:
    usage = UsageStream(link, patience_s=60)
    await usage.record(RECORD)
    replicas = watched.servers[1:]
    for replica in replicas:
        os.kill(replica.pid, signal.SIGSTOP)
    try:
        recording = usage.record(replace(RECORD, request_id="req_alone"))
        done, _ = await asyncio.wait([recording], timeout=2)
        assert await client.xlen(STREAM) >= 2  # the master has it
        assert not done
    finally:
        for replica in replicas:
            os.kill(replica.pid, signal.SIGCONT)
    await recording
    assert usage.abandoned == 0


async def test_a_master_that_comes_back_as_a_replica_is_not_written_to(
    watched: WatchedRedis, link: RedisLink, client: Redis
) -> None:
    await link.call("SET", "before", "1")
    await _replicated(link)
    watched.kill_first_pod()
    await eventually(lambda: _writes(link), "the link has followed")
    watched.start_first_pod()

    async def demoted() -> bool:
        return await _role(watched.servers[0]) == b"slave"

    await eventually(demoted, "Sentinel made the old master a replica", seconds=60)
    for name in ("link", "client"):
        await link.call("SET", name, "1")
        await client.set(f"{name}-too", "1")
    assert await client.mget("before", "link", "client-too") == [b"1", b"1", b"1"]


async def test_a_replica_becomes_ready_when_its_environment_names_sentinel(
    watched: WatchedRedis, servers: Servers, tmp_path: Path
) -> None:
    settings = {
        "HOST": "localhost",
        "PORT": "1",
        "SENTINEL_PORT": str(watched.sentinel_port),
        "SENTINEL_MASTER": MASTER,
    }
    both = {f"{prefix}_{name}": value for prefix in ("CACHE", "QUEUE") for name, value in settings.items()}
    replica = GatewayProcess(servers, tmp_path / "replica", **both)
    try:
        replica.start()
    finally:
        replica.stop()


async def _writes(link: RedisLink) -> bool:
    try:
        return await link.call("SET", "probe", "1") == b"OK"
    except (RedisError, OSError):
        return False


async def _role(server: RedisServer) -> object:
    async with Redis(host="127.0.0.1", port=server.port, password=redis.PASSWORD) as client:
        role = await client.role()
    return role[0]


async def _decided(limiter: RedisLimiter, who: Principal) -> Reservation | Denial:
    """The first decision that Redis had a part in."""
    answers: list[Reservation | Denial] = []

    async def decided() -> bool:
        answers.append(await limiter.reserve(who, "small", 2))
        return not (isinstance(answers[-1], Denial) and answers[-1].status == 503)

    await eventually(decided, "limits are decided again")
    return answers[-1]


async def _all_stored(client: Redis, database: Database, expected: set[str]) -> None:
    writing = asyncio.create_task(UsageWriter(client, database).run())

    async def stored() -> bool:
        async with database.session() as session:
            return set(await session.scalars(select(Usage.request_id))) >= expected

    await eventually(stored, "every usage record is in PostgreSQL")
    await end([writing])
