"""Usage records as they are stored."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import asyncpg
from httpx2 import Response

from harness import postgres
from harness.environment import Servers
from harness.processes import eventually

#: Waits for the row of `usage` that belongs to an answer.
Record = Callable[[Response], Awaitable[Mapping[str, Any]]]


def records_in(servers: Servers) -> Record:
    """Reads the records of these servers."""

    async def record_of(answer: Response) -> Mapping[str, Any]:
        connection = await asyncpg.connect(
            host="127.0.0.1",
            port=servers.postgres.port,
            user=postgres.USER,
            password=postgres.PASSWORD,
            database=servers.database,
        )
        rows: list[Mapping[str, Any]] = []

        async def stored() -> bool:
            sql = "SELECT * FROM usage WHERE request_id = $1"
            rows.extend(await connection.fetch(sql, answer.headers["x-request-id"]))
            return bool(rows)

        try:
            await eventually(stored, "the usage record is in PostgreSQL", pause=0.1)
        finally:
            await connection.close()
        return rows[0]

    return record_of
