"""Servers for the whole run, and a clean part of each for every test."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import hypothesis
import pytest
from httpx2 import AsyncClient
from redis.asyncio import Redis

from gateway.control import ControlPlane
from gateway.identity.keys import KeyMaker
from gateway.redis_client import connect
from gateway.settings import Settings
from gateway.storage.database import Database
from gateway.storage.migrate import migrate
from harness.api import Customer, api_client, customer
from harness.databases import create_database
from harness.environment import PEPPER, Servers
from harness.limits import Ledger, Replica
from harness.postgres import PostgresServer
from harness.redis import RedisServer

# How long an example takes depends on what else the machine does.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need the machine for themselves come last, when the others are about done."""
    items.sort(key=_needs_the_machine)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test beside those of the other processes of this run, or while none of them runs one."""
    folder = item.config.option.basetemp
    if "PYTEST_XDIST_WORKER" not in os.environ or folder is None:
        return (yield)
    with (Path(folder).parent / "machine.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if _needs_the_machine(item) else fcntl.LOCK_SH)
        return (yield)


def _needs_the_machine(item: pytest.Item) -> bool:
    return item.get_closest_marker("alone") is not None


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    server = PostgresServer(tmp_path_factory.getbasetemp() / "postgres")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def cache_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.getbasetemp() / "cache")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def queue_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.getbasetemp() / "queue")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def migrated_template(
    postgres_server: PostgresServer,
    cache_server: RedisServer,
    queue_server: RedisServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """Name of a database with the current schema, which tests copy."""

    async def make() -> str:
        name = await create_database(postgres_server)
        servers = Servers(postgres_server, cache_server, queue_server, name)
        with pytest.MonkeyPatch.context() as patch:
            _apply(patch, servers.environment(tmp_path_factory.mktemp("template")))
            database = Database(Settings().postgres)
        await migrate(database)
        await database.close()
        return name

    return asyncio.run(make())


@pytest.fixture
async def servers(
    postgres_server: PostgresServer, cache_server: RedisServer, queue_server: RedisServer, migrated_template: str
) -> Servers:
    """Running servers with a migrated, empty database."""
    name = await create_database(postgres_server, migrated_template)
    return Servers(postgres_server, cache_server, queue_server, name)


@pytest.fixture
def settings(servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    _apply(monkeypatch, servers.environment(tmp_path / "secrets"))
    return Settings()


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.postgres)
    yield database
    await database.close()


@pytest.fixture
async def cache(settings: Settings) -> AsyncIterator[Redis]:
    async with connect(settings.cache) as client:
        await client.flushall()
        yield client


@pytest.fixture
async def queue(settings: Settings) -> AsyncIterator[Redis]:
    async with connect(settings.queue) as client:
        await client.flushall()
        yield client


@pytest.fixture
async def control(settings: Settings, cache: Redis, queue: Redis) -> AsyncIterator[ControlPlane]:
    """A started control plane with empty stores."""
    control = ControlPlane(settings)
    control.start()
    yield control
    await control.close()


@pytest.fixture
async def api(control: ControlPlane) -> AsyncIterator[AsyncClient]:
    async with api_client(control) as client:
        yield client


@pytest.fixture
async def administrator(control: ControlPlane) -> Customer:
    return await customer(control, "operators", ("admin",))


@pytest.fixture
async def alice(control: ControlPlane) -> Customer:
    return await customer(control, "alice")


@pytest.fixture
async def bob(control: ControlPlane) -> Customer:
    return await customer(control, "bob")


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
async def replicas(settings: Settings, cache: Redis, ledger: Ledger) -> AsyncIterator[list[Replica]]:
    """Limits as three pods apply them."""
    found = [Replica(settings, ledger) for _ in range(3)]
    yield found
    for replica in found:
        await replica.link.close()


@pytest.fixture
def keys() -> KeyMaker:
    return KeyMaker(PEPPER)


def _apply(patch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    for name, value in environment.items():
        patch.setenv(name, value)
