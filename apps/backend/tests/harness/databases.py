"""A database of its own for each test, copied from one that is migrated once."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from harness import postgres
from harness.postgres import PostgresServer

_numbers = itertools.count()


@asynccontextmanager
async def connected(server: PostgresServer, database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection past the gateway, for looking at what it stored."""
    connection = await asyncpg.connect(
        host="127.0.0.1", port=server.port, user=postgres.USER, password=postgres.PASSWORD, database=database
    )
    try:
        yield connection
    finally:
        await connection.close()


async def create_database(server: PostgresServer, template: str = "template0") -> str:
    """Make an empty database, or a copy of `template`; its name."""
    name = f"test_{next(_numbers)}"
    async with connected(server, "postgres") as connection:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return name
