"""Everything that runs while something is measured: stores, an engine that costs next to nothing, and the gateways."""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import gateways
from gateways import Target
from machine import OTHER_CORES, pin

from harness.binaries import ServerNotFoundError
from harness.databases import create_database
from harness.environment import Servers
from harness.gateway import GatewayProcess
from harness.postgres import PostgresServer
from harness.redis import RedisServer

_STARTED = time.monotonic()


def say(text: str) -> None:
    """Tell how far it is, on standard error."""
    sys.stderr.write(f"{time.monotonic() - _STARTED:5.0f} s  {text}\n")


def start_servers(stack: ExitStack, folder: Path) -> Servers:
    postgres, cache, queue = PostgresServer(folder / "postgres"), RedisServer(folder / "c"), RedisServer(folder / "q")
    for server in (postgres, cache, queue):
        server.start()
        stack.callback(server.stop)
        pin([server.pid], OTHER_CORES)
    return Servers(postgres, cache, queue, asyncio.run(create_database(postgres)))


def prepare(servers: Servers, folder: Path) -> None:
    """Make the tables, and limits so wide that they are counted and never reached."""
    commands = GatewayProcess(servers, folder / "admin")
    admin(commands, "migrate")
    (tenant,) = admin(commands, "admin", "tenant", "list")
    wide = ("--requests-per-minute", "100000000", "--tokens-per-minute", "1000000000", "--concurrency", "100000")
    admin(commands, "admin", "limits", "set", tenant["id"], "*", *wide)
    admin(commands, "admin", "budget", "set", tenant["id"], "month", "1000000000000")


def admin(commands: GatewayProcess, *arguments: str) -> list[dict[str, str]]:
    done = commands.run(*arguments)
    if done.returncode:
        raise RuntimeError(f"gateway {' '.join(arguments)}: {done.stderr}")
    return [json.loads(text) for text in done.stdout.splitlines() if arguments[0] == "admin"]


def start_targets(stack: ExitStack, servers: Servers, port: int, folder: Path, engine_requests: int) -> list[Target]:
    others: list[Callable[[], Target]] = [
        lambda: gateways.bare(port, folder),
        lambda: gateways.nginx(port, folder),
        lambda: gateways.litellm(port, folder),
    ]
    targets = [gateways.ours(servers, folder / "gateway", GATEWAY_ENGINE_REQUESTS=str(engine_requests))]
    stack.callback(targets[0].stop)
    for start in others:
        try:
            targets.append(start())
            stack.callback(targets[-1].stop)
        except (ServerNotFoundError, AssertionError) as error:
            say(f"left out: {error}")
    return targets
