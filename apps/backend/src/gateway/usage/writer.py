"""Moves usage records from the stream to PostgreSQL: acknowledged only once committed."""

import asyncio
import logging
import os
import socket
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, TypeAlias, cast

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from gateway.contracts import UsageRecord
from gateway.storage.database import Database
from gateway.storage.tables import Usage
from gateway.usage.stream import FIELD, STREAM

_LOG = logging.getLogger(__name__)

_GROUP: Final = "postgres"
_DEAD: Final = "gateway:usage:dead"
_ENTRIES_AT_A_TIME: Final = 64
#: PostgreSQL takes 32,767 parameters in a statement, and a record has thirteen.
_ROWS_AT_A_TIME: Final = 2000
_BLOCK_MS: Final = 500
#: Entries that another writer took this long ago belong to a dead one.
_ABANDONED_MS: Final = 60_000
_RETRY_SECONDS: Final = 1.0

_Entry: TypeAlias = tuple[bytes, dict[bytes, bytes]]


class UsageWriter:
    """Any number may run; each entry goes to one of them, and to another when that one dies."""

    def __init__(self, redis: Redis, database: Database, abandoned_ms: int = _ABANDONED_MS) -> None:
        self._redis = redis
        self._database = database
        self._abandoned_ms = abandoned_ms
        self._name = f"{socket.gethostname()}-{os.getpid()}-{id(self):x}"

    async def run(self) -> None:
        """Write for as long as the task lives; outages of either server are waited out."""
        while True:
            try:
                await self._redis.xgroup_create(STREAM, _GROUP, id="0", mkstream=True)
            except ResponseError:
                pass  # the group exists already
            except (RedisError, OSError, TimeoutError) as error:
                await _pause(error)
                continue
            try:
                while True:
                    await self.write_available()
            except (RedisError, OSError, TimeoutError) as error:
                await _pause(error)

    async def write_available(self) -> int:
        """Store what is waiting, new or abandoned, and return the number of entries. Waits half a second at most."""
        entries = await self._abandoned() or await self._new()
        if entries:
            await self._store(entries)
        return len(entries)

    async def _abandoned(self) -> Sequence[_Entry]:
        _, entries, _ = await self._redis.xautoclaim(
            STREAM, _GROUP, self._name, self._abandoned_ms, count=_ENTRIES_AT_A_TIME
        )
        return list(entries)

    async def _new(self) -> Sequence[_Entry]:
        reply = await self._redis.xreadgroup(
            _GROUP, self._name, {STREAM: ">"}, count=_ENTRIES_AT_A_TIME, block=_BLOCK_MS
        )
        streams = cast(Sequence[tuple[bytes, Sequence[_Entry]]], reply)
        return [entry for _, entries in streams for entry in entries]

    async def _store(self, entries: Sequence[_Entry]) -> None:
        """Insert and commit, trying until PostgreSQL is there, then acknowledge."""
        records: dict[str, UsageRecord] = {}
        for _, fields in entries:
            try:
                records |= {row["request_id"]: UsageRecord(**row) for row in orjson.loads(fields[FIELD])}
            except (KeyError, TypeError, ValueError) as error:
                await self._set_aside(fields.get(FIELD, b""), error)
        await self._insert(list(records.values()))
        identifiers = [identifier for identifier, _ in entries]
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.xack(STREAM, _GROUP, *identifiers)
            pipeline.xdel(STREAM, *identifiers)
            await pipeline.execute()

    async def _insert(self, records: Sequence[UsageRecord]) -> None:
        while True:
            try:
                await store_usage(self._database, records)
                return
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                if not _concerns_data(error):
                    await _pause(error)
                    continue
                if len(records) == 1:
                    await self._set_aside(orjson.dumps(records), error)
                    return
            for record in records:
                await self._insert([record])
            return

    async def _set_aside(self, records: bytes, reason: Exception) -> None:
        """Keep what can never be stored, so that it does not hold up the rest."""
        _LOG.error("usage records cannot be stored and were set aside in %s: %s", _DEAD, reason)
        await self._redis.xadd(_DEAD, {FIELD: records})


async def store_usage(database: Database, records: Iterable[UsageRecord]) -> None:
    """Insert the records in one transaction; those that are there already are left as they are."""
    # In one order everywhere: two writers that hold the same records would otherwise wait for each other.
    rows = [_row(record) for record in sorted(records, key=lambda record: record.request_id)]
    async with database.session() as session:
        for start in range(0, len(rows), _ROWS_AT_A_TIME):
            statement = insert(Usage).values(rows[start : start + _ROWS_AT_A_TIME])
            await session.execute(statement.on_conflict_do_nothing(index_elements=[Usage.request_id]))


def _concerns_data(error: Exception) -> bool:
    """Whether PostgreSQL refused the values themselves (SQLSTATE classes 22 and 23), so that trying again is futile."""
    state = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
    return isinstance(state, str) and state[:2] in ("22", "23")


def _row(record: UsageRecord) -> dict[str, str | int | float | bool | datetime | None]:
    return {
        "request_id": record.request_id,
        "tenant_id": record.tenant_id,
        "key_id": record.key_id,
        "model": record.model,
        "endpoint": record.endpoint,
        "prompt_tokens": record.prompt_tokens,
        "completion_tokens": record.completion_tokens,
        "cached_tokens": record.cached_tokens,
        "status": record.status,
        "stream": record.stream,
        "started_at": datetime.fromtimestamp(record.started_at, UTC),
        "ttft_ms": record.ttft_ms,
        "duration_ms": record.duration_ms,
    }


async def _pause(error: Exception) -> None:
    _LOG.warning("usage records wait: %s: %s", type(error).__name__, error)
    await asyncio.sleep(_RETRY_SECONDS)
