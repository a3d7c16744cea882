"""Usage records: written once whatever fails, and added up."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias, cast

import orjson
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from redis.asyncio import Redis
from sqlalchemy import func, select

from gateway.contracts import UsageRecord
from gateway.redis_link import RedisLink
from gateway.settings import Settings
from gateway.storage.database import Database
from gateway.storage.tables import Usage
from gateway.usage.reports import UsageReports
from gateway.usage.stream import FIELD, STREAM, UsageStream
from gateway.usage.writer import UsageWriter, store_usage
from harness.processes import eventually
from harness.usage_records import RECORD, records

Entry: TypeAlias = tuple[bytes, dict[bytes, bytes]]


async def stored(database: Database) -> int:
    async with database.session() as session:
        return (await session.scalars(select(func.count()).select_from(Usage))).one()


@pytest.fixture
async def stream(settings: Settings, queue: Redis) -> AsyncIterator[UsageStream]:
    link = RedisLink(settings.queue)
    yield UsageStream(link, patience_s=30)
    await link.close()


@pytest.fixture
async def writer(queue: Redis, database: Database) -> UsageWriter:
    await queue.xgroup_create(STREAM, "postgres", id="0", mkstream=True)
    return UsageWriter(queue, database)


async def test_every_record_arrives_with_every_field(
    stream: UsageStream, writer: UsageWriter, database: Database, queue: Redis
) -> None:
    await stream.record(RECORD)
    assert await writer.write_available() == 1
    async with database.session() as session:
        row = (await session.scalars(select(Usage))).one()
    assert {name: getattr(row, name) for name in ("request_id", "tenant_id", "key_id", "model", "endpoint")} == {
        "request_id": "req_0",
        "tenant_id": "ten_a",
        "key_id": "key_a",
        "model": "small",
        "endpoint": "/v1/chat/completions",
    }
    assert (row.prompt_tokens, row.completion_tokens, row.cached_tokens, row.status) == (10, 20, 4, 200)
    assert (row.stream, row.ttft_ms, row.duration_ms) == (True, 12.5, 99.0)
    assert row.started_at == datetime(2026, 5, 17, 23, 59, tzinfo=UTC)
    assert await queue.xlen(STREAM) == 0


async def test_a_record_is_in_redis_before_its_answer_may_end(stream: UsageStream, queue: Redis) -> None:
    await asyncio.gather(*(stream.record(record) for record in records(300)))
    entries = cast(list[Entry], await queue.xrange(STREAM))
    found = [row["request_id"] for _, fields in entries for row in orjson.loads(fields[FIELD])]
    assert sorted(found) == sorted(record.request_id for record in records(300))
    assert len(entries) < 300


async def test_a_writer_that_dies_before_it_acknowledges_loses_and_doubles_nothing(
    stream: UsageStream, queue: Redis, database: Database, writer: UsageWriter
) -> None:
    await asyncio.gather(*(stream.record(record) for record in records(50)))
    reply = await queue.xreadgroup("postgres", "dead-one", {STREAM: ">"}, count=1)
    [(_, taken)] = cast(list[tuple[bytes, list[Entry]]], reply)
    rows = [UsageRecord(**row) for _, fields in taken for row in orjson.loads(fields[FIELD])]
    await store_usage(database, rows)  # it even committed some, and was killed before its acknowledgement
    heir = UsageWriter(queue, database, abandoned_ms=0)
    await eventually(lambda: _drained(heir, queue), "the stream is empty")
    assert await stored(database) == 50


async def _drained(writer: UsageWriter, queue: Redis) -> bool:
    await writer.write_available()
    return await queue.xlen(STREAM) == 0


async def test_a_record_that_postgres_refuses_is_set_aside_and_holds_up_nobody(
    stream: UsageStream, writer: UsageWriter, database: Database, queue: Redis
) -> None:
    broken = replace(RECORD, request_id="req_broken", prompt_tokens=2**40)
    await asyncio.gather(*(stream.record(record) for record in [*records(5), broken]))
    await queue.xadd(STREAM, {FIELD: b"not json"})
    await eventually(lambda: _drained(writer, queue), "the stream is empty")
    assert await stored(database) == 5
    assert await queue.xlen("gateway:usage:dead") == 2


@given(st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=8), max_size=8))
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_writing_any_records_any_number_of_times_stores_each_once(settings: Settings, writes: list[list[int]]) -> None:
    async def play() -> None:
        database = Database(settings.postgres)
        async with database.session() as session:
            for row in await session.scalars(select(Usage)):
                await session.delete(row)
        await asyncio.gather(
            *(store_usage(database, [replace(RECORD, request_id=f"req_{n}") for n in write]) for write in writes)
        )
        assert await stored(database) == len({n for write in writes for n in write})
        await database.close()

    asyncio.run(play())


async def test_reports_add_up_by_day_model_and_key_for_one_tenant_only(database: Database) -> None:
    start = datetime.fromtimestamp(RECORD.started_at, UTC)
    next_day = replace(RECORD, request_id="b", started_at=(start + timedelta(minutes=2)).timestamp(), model="large")
    foreign = replace(RECORD, request_id="c", tenant_id="ten_b")
    await store_usage(database, [RECORD, next_day, foreign])
    reports = UsageReports(database)
    since, until = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    by_day = await reports.report("ten_a", since, until, "day")
    assert [(line.group, line.requests, line.prompt_tokens) for line in by_day] == [
        ("2026-05-17", 1, 10),
        ("2026-05-18", 1, 10),
    ]
    [total] = await reports.report("ten_a", since, until, "total")
    assert (total.requests, total.prompt_tokens, total.completion_tokens, total.cached_tokens) == (2, 20, 40, 8)
    assert [line.group for line in await reports.report("ten_a", since, until, "model")] == ["large", "small"]
    assert [line.group for line in await reports.report("ten_a", since, until, "key")] == ["key_a"]
    assert await reports.spent("ten_a", since) == 60


async def test_an_answer_is_let_go_with_its_record_in_the_log_when_redis_stays_away(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = RedisLink(settings.queue.model_copy(update={"port": 1}))
    stream = UsageStream(nowhere, patience_s=0.3)
    await stream.record(RECORD)
    assert stream.abandoned == 1
    [line] = [message for message in caplog.messages if "were not durable" in message]
    assert orjson.loads(line[line.index("[") :])[0]["request_id"] == "req_0"
