"""A whole gateway in front of an engine that answers like vLLM."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from openai import OpenAI

from conformance.vllm import vllm
from harness.databases import create_database
from harness.engine import ScriptedEngine
from harness.environment import FIRST_KEY, Servers
from harness.gateway import GatewayProcess
from harness.postgres import PostgresServer
from harness.redis import RedisServer


@pytest.fixture(scope="session")
def conforming_engine() -> Iterator[ScriptedEngine]:
    """Runs on a thread of its own, because OpenAI's client blocks that of the test."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    engine = ScriptedEngine("small", vllm)
    asyncio.run_coroutine_threadsafe(engine.__aenter__(), loop).result()
    yield engine
    asyncio.run_coroutine_threadsafe(engine.kill(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(scope="session")
def conforming_gateway(
    postgres_server: PostgresServer,
    cache_server: RedisServer,
    migrated_template: str,
    conforming_engine: ScriptedEngine,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[GatewayProcess]:
    folder = tmp_path_factory.mktemp("conformance")
    # A queue of its own: this gateway lives on beside later tests, and would do the jobs that they submit.
    queue = RedisServer(folder / "queue")
    queue.start()
    database = asyncio.run(create_database(postgres_server, migrated_template))
    servers = Servers(postgres_server, cache_server, queue, database, [conforming_engine.settings])
    gateway = GatewayProcess(servers, folder)
    assert gateway.run("migrate").returncode == 0
    yield gateway.start()
    gateway.stop()
    queue.stop()


@pytest.fixture
def openai(conforming_gateway: GatewayProcess) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{conforming_gateway.url}/v1", api_key=FIRST_KEY, timeout=30) as client:
        yield client
