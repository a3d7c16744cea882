"""Usage records to write, and those that arrived."""

from dataclasses import replace
from datetime import UTC, datetime

from gateway.contracts import UsageRecord
from harness.databases import connected
from harness.environment import Servers
from harness.processes import eventually

RECORD = UsageRecord(
    request_id="req_0",
    tenant_id="ten_a",
    key_id="key_a",
    model="small",
    endpoint="/v1/chat/completions",
    prompt_tokens=10,
    completion_tokens=20,
    cached_tokens=4,
    status=200,
    stream=True,
    started_at=datetime(2026, 5, 17, 23, 59, tzinfo=UTC).timestamp(),
    ttft_ms=12.5,
    duration_ms=99.0,
)


def records(count: int) -> list[UsageRecord]:
    return [replace(RECORD, request_id=f"req_{number}") for number in range(count)]


async def stored_ids(servers: Servers) -> set[str]:
    """Requests that were answered and whose usage records are in PostgreSQL, where each is at most once."""
    async with connected(servers.postgres, servers.database) as connection:
        rows = await connection.fetch("SELECT request_id FROM usage WHERE status = 200")
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0] for row in rows}


async def all_stored(servers: Servers, count: int) -> None:
    """Wait until PostgreSQL has so many usage records of answered requests, and no more."""

    async def stored() -> bool:
        return len(await stored_ids(servers)) >= count

    await eventually(stored, f"{count} usage records are in PostgreSQL", seconds=90)
    assert len(await stored_ids(servers)) == count
