"""Stores that a test may stop, and gateways in front of one engine."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from harness.engine import ScriptedEngine, polite
from harness.environment import Servers
from harness.gateway import GatewayProcess, StartGateway
from harness.postgres import PostgresServer
from harness.redis import RedisServer


@pytest.fixture
async def engine() -> AsyncIterator[ScriptedEngine]:
    async with ScriptedEngine("small", polite()) as engine:
        yield engine


@pytest.fixture
def fragile(tmp_path: Path, engine: ScriptedEngine) -> Iterator[Servers]:
    """Stores of this test alone, with an empty database."""
    postgres = PostgresServer(tmp_path / "postgres")
    cache, queue = RedisServer(tmp_path / "cache"), RedisServer(tmp_path / "queue")
    for server in (postgres, cache, queue):
        server.start()
    yield Servers(postgres, cache, queue, "postgres", [engine.settings])
    for server in (postgres, cache, queue):
        server.stop()


@pytest.fixture
def start(fragile: Servers, tmp_path: Path) -> Iterator[StartGateway]:
    """Starts a replica, or another command; settings are given as keywords, and the schema is there."""
    replicas: list[GatewayProcess] = []

    def start(command: str = "serve", **settings: str | None) -> GatewayProcess:
        replica = GatewayProcess(fragile, tmp_path / f"replica-{len(replicas)}", **settings)
        if not replicas:
            migrated = replica.run("migrate")
            assert migrated.returncode == 0, migrated.stderr
        replicas.append(replica)
        return replica.start(command)

    yield start
    for replica in replicas:
        replica.stop()
