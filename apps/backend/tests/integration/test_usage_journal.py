"""Usage records go through the journal to Redis, while no answer waits."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias, cast

import orjson
import pytest
from redis.asyncio import Redis

from gateway.redis_link import RedisLink
from gateway.settings import Settings
from gateway.usage.journal import UsageJournal
from gateway.usage.stream import FIELD, STREAM, UsageStream
from harness.full_disk import files_end_at
from harness.usage_records import RECORD, records

Entry: TypeAlias = tuple[bytes, dict[bytes, bytes]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "journal"
    folder.mkdir()
    return folder


@pytest.fixture
async def stream(settings: Settings, folder: Path) -> AsyncIterator[UsageStream]:
    link = RedisLink(settings.queue)
    yield UsageStream(link, 30, UsageJournal(folder))
    await link.close()


@pytest.fixture
async def without_redis(settings: Settings, folder: Path) -> AsyncIterator[UsageStream]:
    """Its answers wait for 0.3 s, where they must wait."""
    nowhere = RedisLink(settings.queue.model_copy(update={"port": 1}))
    stream = UsageStream(nowhere, 0.3, UsageJournal(folder))
    yield stream
    stream.close()


async def _entries(queue: Redis) -> list[list[str]]:
    """The request ids of every entry in Redis."""
    entries = cast(list[Entry], await queue.xrange(STREAM))
    return [[row["request_id"] for row in orjson.loads(fields[FIELD])] for _, fields in entries]


def _ids(count: int) -> list[str]:
    return [record.request_id for record in records(count)]


async def test_a_record_is_safe_before_redis_has_heard_of_it(stream: UsageStream, queue: Redis, folder: Path) -> None:
    assert stream.record(RECORD).done()
    [file] = os.listdir(folder)
    assert orjson.loads((folder / file).read_bytes())["request_id"] == "req_0"
    assert stream.waiting == 1
    await stream.drained()
    assert await _entries(queue) == [["req_0"]]
    assert stream.waiting == 0
    stream.close()
    assert os.listdir(folder) == []


async def test_records_gather_for_a_while_and_arrive_once_and_in_order(stream: UsageStream, queue: Redis) -> None:
    started = time.monotonic()
    for record in records(1200):
        assert stream.record(record).done()
        await asyncio.sleep(0)
    await stream.drained()
    elapsed_s = time.monotonic() - started
    entries = await _entries(queue)
    assert [request_id for entry in entries for request_id in entry] == _ids(1200)
    assert len(entries) <= elapsed_s / 0.045 + 1200 / 500


async def test_while_the_journal_is_full_answers_wait_for_redis(
    stream: UsageStream, queue: Redis, folder: Path
) -> None:
    before, full, after = records(3)
    assert stream.record(before).done()
    with files_end_at(0):
        written = stream.record(full)
    assert not written.done()
    assert stream.record(after).done()
    await written
    assert {"req_0", "req_1"} <= {request_id for entry in await _entries(queue) for request_id in entry}
    await stream.drained()
    assert [request_id for entry in await _entries(queue) for request_id in entry] == _ids(3)
    stream.close()
    assert os.listdir(folder) == []


async def test_with_a_full_journal_and_no_redis_only_the_record_that_has_no_place_is_abandoned(
    without_redis: UsageStream, stream: UsageStream, queue: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    for record in records(700):  # more than one entry takes
        without_redis.record(record)
    with files_end_at(0):
        written = without_redis.record(replace(RECORD, request_id="req_full"))
    await written
    assert (without_redis.abandoned, without_redis.waiting) == (1, 700)
    [line] = [message for message in caplog.messages if "were not durable" in message]
    assert [row["request_id"] for row in orjson.loads(line[line.index("[") :])] == ["req_full"]
    without_redis.close()
    stream.adopt()
    await stream.drained()
    assert [request_id for entry in await _entries(queue) for request_id in entry] == _ids(700)


@pytest.mark.parametrize("journaled", [True, False])
async def test_what_redis_did_not_take_is_in_the_log_at_the_end(
    settings: Settings, folder: Path, caplog: pytest.LogCaptureFixture, journaled: bool
) -> None:
    nowhere = RedisLink(settings.queue.model_copy(update={"port": 1}))
    stream = UsageStream(nowhere, 30, UsageJournal(folder) if journaled else None)
    for record in records(600):
        stream.record(record)
    stream.close()
    found = [line for line in caplog.messages if line.startswith("Redis did not take")]
    assert [row["request_id"] for line in found for row in orjson.loads(line[line.index("[") :])] == _ids(600)
    assert (str(folder) in caplog.text) == journaled
    assert len(os.listdir(folder)) == journaled
