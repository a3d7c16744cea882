"""A database of its own for each test, copied from one that is migrated once."""

import itertools

import asyncpg

from harness import postgres
from harness.postgres import PostgresServer

_numbers = itertools.count()


async def create_database(server: PostgresServer, template: str = "template0") -> str:
    """Make an empty database, or a copy of `template`; its name."""
    name = f"test_{next(_numbers)}"
    connection = await asyncpg.connect(
        host="127.0.0.1", port=server.port, user=postgres.USER, password=postgres.PASSWORD, database="postgres"
    )
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    finally:
        await connection.close()
    return name
