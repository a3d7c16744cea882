"""A gateway for the tests of the data plane. Each test brings the engines."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from harness.data_plane import GatewayClient, client_of
from harness.databases import create_database
from harness.engine import MakeEngines, Script, ScriptedEngine, polite
from harness.environment import Engine, Servers
from harness.gateway import GatewayProcess, StartGateway
from harness.postgres import PostgresServer
from harness.processes import free_port
from harness.redis import RedisServer

#: Name of a model -> how many engines it has.
MODELS = {"solo": 1, "pair": 2}


@pytest.fixture(scope="session")
def engine_ports() -> dict[str, list[int]]:
    return {model: [free_port() for _ in range(count)] for model, count in MODELS.items()}


@pytest.fixture(scope="session")
def data_plane_queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A queue of its own: the gateway below lives on beside later tests, and would do the jobs that they submit."""
    server = RedisServer(tmp_path_factory.mktemp("data-plane-queue"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def data_plane_servers(
    postgres_server: PostgresServer,
    cache_server: RedisServer,
    data_plane_queue: RedisServer,
    migrated_template: str,
    engine_ports: dict[str, list[int]],
) -> Servers:
    """Stores with the first key, and the engines that a gateway is told about."""
    database = asyncio.run(create_database(postgres_server, migrated_template))
    engines = [Engine(model, port) for model, ports in engine_ports.items() for port in ports]
    return Servers(postgres_server, cache_server, data_plane_queue, database, engines)


@pytest.fixture(scope="session")
def gateway(data_plane_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """Gives engines up after two seconds of silence; otherwise as delivered."""
    gateway = GatewayProcess(
        data_plane_servers,
        tmp_path_factory.mktemp("gateway"),
        GATEWAY_ENGINE_SILENCE_SECONDS="2",
        GATEWAY_ENGINE_FIRST_TOKEN_SECONDS="5",
        GATEWAY_BODY_MAX_BYTES="1000000",
    )
    assert gateway.run("migrate").returncode == 0
    yield gateway.start()
    gateway.stop()


@pytest.fixture
def start_gateway(data_plane_servers: Servers, gateway: GatewayProcess, tmp_path: Path) -> Iterator[StartGateway]:
    """Starts another gateway with the same stores and engines, whose settings are given as keywords."""
    started: list[GatewayProcess] = []

    def start(**settings: str) -> GatewayProcess:
        started.append(GatewayProcess(data_plane_servers, tmp_path / str(len(started)), **settings))
        return started[-1].start()

    yield start
    for process in started:
        process.stop()


@pytest.fixture
async def client(gateway: GatewayProcess) -> AsyncIterator[GatewayClient]:
    async with client_of(gateway) as client:
        yield client


@pytest.fixture
def engines(engine_ports: dict[str, list[int]]) -> MakeEngines:
    """Makes as many engines of a model as it has scripts; with none given, polite ones."""

    def make(model: str, *scripts: Script) -> list[ScriptedEngine]:
        ports = engine_ports[model]
        given = scripts or (polite(),) * len(ports)
        return [ScriptedEngine(model, script, port) for script, port in zip(given, ports, strict=True)]

    return make
