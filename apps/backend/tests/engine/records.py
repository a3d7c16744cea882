"""Usage records as they are stored."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from httpx2 import Response

from harness.databases import connected
from harness.environment import Servers
from harness.processes import eventually

#: Waits for the row of `usage` that belongs to an answer.
Record = Callable[[Response], Awaitable[Mapping[str, Any]]]


def records_in(servers: Servers) -> Record:
    """Reads the records of these servers."""

    async def record_of(answer: Response) -> Mapping[str, Any]:
        rows: list[Mapping[str, Any]] = []
        async with connected(servers.postgres, servers.database) as connection:

            async def stored() -> bool:
                sql = "SELECT * FROM usage WHERE request_id = $1"
                rows.extend(await connection.fetch(sql, answer.headers["x-request-id"]))
                return bool(rows)

            await eventually(stored, "the usage record is in PostgreSQL", pause=0.1)
        return rows[0]

    return record_of
