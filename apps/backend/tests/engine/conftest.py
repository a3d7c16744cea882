"""A gateway in front of one real vLLM. There is never more than one: two on a small machine starve each other."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from openai import AsyncOpenAI

from engine.records import Record, records_in
from engine.slot import EngineSlot
from harness.data_plane import GatewayClient, client_of
from harness.databases import create_database
from harness.environment import Engine, Servers
from harness.gateway import GatewayProcess
from harness.postgres import PostgresServer
from harness.processes import free_port
from harness.redis import RedisServer
from harness.vllm import Vllm, make_model

#: What the gateway knows. `pair` may have a second engine, which is no vLLM; `misnamed` is not known to vLLM.
MODELS = ("tiny", "pair", "misnamed")
#: Longer than any answer of these tests takes.
_DRAIN = ("--shutdown-timeout", "120")


@pytest.fixture(scope="session")
def slot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineSlot]:
    folder = tmp_path_factory.mktemp("vllm")
    slot = EngineSlot(make_model(folder / "model"), folder / "vllm.log")
    yield slot
    slot.stop()


@pytest.fixture(scope="session")
def spare_port() -> int:
    """Where a test may run a second engine of the model `pair`."""
    return free_port()


@pytest.fixture(scope="session")
def engine_servers(
    postgres_server: PostgresServer,
    cache_server: RedisServer,
    queue_server: RedisServer,
    migrated_template: str,
    slot: EngineSlot,
    spare_port: int,
) -> Servers:
    """Stores, and the engines that the gateway is told about."""
    database = asyncio.run(create_database(postgres_server, migrated_template))
    engines = [Engine(model, slot.port) for model in MODELS]
    return Servers(postgres_server, cache_server, queue_server, database, [*engines, Engine("pair", spare_port)])


@pytest.fixture(scope="session")
def gateway(engine_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """Gives engines up after five seconds of silence; otherwise as delivered."""
    gateway = GatewayProcess(engine_servers, tmp_path_factory.mktemp("gateway"), GATEWAY_ENGINE_SILENCE_SECONDS="5")
    assert gateway.run("migrate").returncode == 0
    yield gateway.start()
    gateway.stop()


@pytest.fixture(scope="session")
def trace_port() -> int:
    """Where vLLM sends its spans."""
    return free_port()


@pytest.fixture
def vllm(slot: EngineSlot, trace_port: int) -> Vllm:
    """As the stacks run it: it finishes what it has begun when it shall leave."""
    return slot.run(*_DRAIN, "--otlp-traces-endpoint", f"http://127.0.0.1:{trace_port}/v1/traces")


@pytest.fixture
async def client(gateway: GatewayProcess, vllm: Vllm) -> AsyncIterator[GatewayClient]:
    """Of a gateway that has found its engine."""
    async with client_of(gateway) as client:
        for model in MODELS:
            await client.engines_ready(model, 1)
        yield client


@pytest.fixture
async def openai(gateway: GatewayProcess, client: GatewayClient) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=client.key, timeout=60, max_retries=0) as openai:
        yield openai


@pytest.fixture
def record_of(engine_servers: Servers) -> Record:
    return records_in(engine_servers)


@pytest.fixture
async def spans(trace_port: int) -> AsyncIterator[bytearray]:
    """What vLLM exports during the test."""
    received = bytearray()

    async def collect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(2**16):
            received.extend(data)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(collect, "127.0.0.1", trace_port):
        yield received
