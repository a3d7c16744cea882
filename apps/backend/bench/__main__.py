"""Measures this gateway beside others, in one run on one machine; one JSON line per figure on standard output."""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import gateways
from figures import Rate, added, line, median, rate, streaming
from gateways import Target
from machine import GATEWAY_CORE, OTHER_CORES, pin, resident_mb, script
from shapes import MODEL

from harness.binaries import ServerNotFoundError
from harness.databases import create_database
from harness.environment import Engine, Servers
from harness.gateway import GatewayProcess
from harness.postgres import PostgresServer
from harness.processes import free_port
from harness.redis import RedisServer

_STARTED = time.monotonic()
_ROUNDS = 3
_SECONDS = 3.0
_CONNECTIONS = (32, 256)
_STREAMS = 1000
#: LiteLLM does not hold more.
_STREAMS_OF_LITELLM = 100
#: The engine whose capacity is loaded three times over.
_PLACES, _PLACE_SECONDS = 16, 0.02
_AIMS = {"added p50": 0.2, "added p99": 0.5, "rate": 12_000, "first frame": 10.0, "gap": 2.0, "idle": 48, "peak": 128}


def say(text: str) -> None:
    sys.stderr.write(f"{time.monotonic() - _STARTED:5.0f} s  {text}\n")


def main() -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        folder.chmod(0o755)
        load = os.getloadavg()[0]
        say(f"cores: gateway {GATEWAY_CORE}, all else {OTHER_CORES}; load average before the start {load:.1f}")
        line("load average before the start", "machine", load, "processes", cores=os.cpu_count() or 0)
        servers = _servers(stack, folder)
        port = free_port()
        stack.callback(script("mock", str(port), cores=OTHER_CORES, log=folder / "mock.log").stop)
        servers.engines.append(Engine(MODEL, port))
        _prepare(servers, folder)
        direct = Target("direct", port, (), lambda: None)
        targets = _targets(stack, servers, port, folder)
        line("memory idle", "gateway", resident_mb(targets[0].pids), "MB", aim=_AIMS["idle"])
        _requests(direct, targets)
        _streams(direct, targets)
        _overload(stack, servers, folder)


def _servers(stack: ExitStack, folder: Path) -> Servers:
    postgres, cache, queue = PostgresServer(folder / "postgres"), RedisServer(folder / "c"), RedisServer(folder / "q")
    for server in (postgres, cache, queue):
        server.start()
        stack.callback(server.stop)
        pin([server.pid], OTHER_CORES)
    return Servers(postgres, cache, queue, asyncio.run(create_database(postgres)))


def _prepare(servers: Servers, folder: Path) -> None:
    """Make the tables, and limits so wide that they are counted and never reached."""
    commands = GatewayProcess(servers, folder / "admin")
    _admin(commands, "migrate")
    (tenant,) = _admin(commands, "admin", "tenant", "list")
    wide = ("--requests-per-minute", "100000000", "--tokens-per-minute", "1000000000", "--concurrency", "100000")
    _admin(commands, "admin", "limits", "set", tenant["id"], "*", *wide)
    _admin(commands, "admin", "budget", "set", tenant["id"], "month", "1000000000000")


def _admin(commands: GatewayProcess, *arguments: str) -> list[dict[str, str]]:
    done = commands.run(*arguments)
    if done.returncode:
        raise RuntimeError(f"gateway {' '.join(arguments)}: {done.stderr}")
    return [json.loads(text) for text in done.stdout.splitlines() if arguments[0] == "admin"]


def _targets(stack: ExitStack, servers: Servers, port: int, folder: Path) -> list[Target]:
    others: list[Callable[[], Target]] = [
        lambda: gateways.bare(port, folder),
        lambda: gateways.nginx(port, folder),
        lambda: gateways.litellm(port, folder),
    ]
    targets = [gateways.ours(servers, folder / "gateway", GATEWAY_ENGINE_REQUESTS=str(2 * _STREAMS))]
    stack.callback(targets[0].stop)
    for start in others:
        try:
            targets.append(start())
            stack.callback(targets[-1].stop)
        except (ServerNotFoundError, AssertionError) as error:
            say(f"left out: {error}")
    return targets


def _requests(direct: Target, targets: list[Target]) -> None:
    say(f"requests: {_ROUNDS} rounds of {', '.join(target.name for target in targets)}")
    alone: dict[str, tuple[list[Rate], list[Rate]]] = {target.name: ([], []) for target in targets}
    loaded = [(target.name, connections) for target in targets for connections in _CONNECTIONS]
    rates: dict[tuple[str, int], list[Rate]] = {key: [] for key in loaded}
    ceiling = [rate(direct, 256, _SECONDS).per_second for _ in range(_ROUNDS)]
    for number in range(_ROUNDS):
        for target in targets:
            alone[target.name][0].append(rate(direct, 1, _SECONDS))
            alone[target.name][1].append(rate(target, 1, _SECONDS))
            for connections in _CONNECTIONS:
                rates[target.name, connections].append(rate(target, connections, _SECONDS))
        say(f"round {number + 1} is done")
    line("requests per second at 256", "direct", sorted(ceiling)[_ROUNDS // 2], "1/s")
    for target in targets:
        here, there = alone[target.name]
        for name in ("p50", "p99"):
            values = [[getattr(one, f"{name}_ms") for one in side] for side in (here, there)]
            line(f"added {name} at 1", target.name, added(*values), "ms", aim=_AIMS[f"added {name}"])
        for connections in _CONNECTIONS:
            middle = median(rates[target.name, connections])
            line(
                f"requests per second at {connections}",
                target.name,
                middle.per_second,
                "1/s",
                aim=_AIMS["rate"],
                p50_ms=round(middle.p50_ms, 2),
                p99_ms=round(middle.p99_ms, 2),
                core_busy=round(middle.busy, 2),
                limited_by=middle.limit,
                per_busy_core=round(middle.per_second / max(middle.busy, 0.01)),
            )
    if ("litellm", 32) in rates:
        best = {name: max(median(rates[name, c]).per_second for c in _CONNECTIONS) for name in ("gateway", "litellm")}
        line("ratio_to_litellm", "gateway", best["gateway"] / best["litellm"], "times")


def _streams(direct: Target, targets: list[Target]) -> None:
    for target in targets:
        count = _STREAMS_OF_LITELLM if target.name == "litellm" else _STREAMS
        say(f"{count} streams: direct, then {target.name}")
        here, there = streaming(direct, count), streaming(target, count)
        where = {"streams": count, "core_busy": round(there.busy, 2)}
        line("streams complete", target.name, there.complete, "streams", **where)
        line("frames lost or reordered", target.name, there.lost + there.reordered, "frames", aim=0, **where)
        first = there.first_p99_ms - here.first_p99_ms
        line("added first frame p99", target.name, first, "ms", aim=_AIMS["first frame"], direct=here.first_p99_ms)
        gap = there.gap_p99_ms - here.gap_p99_ms
        line("added inter-frame p99", target.name, gap, "ms", aim=_AIMS["gap"], direct=here.gap_p99_ms)
        line("memory with streams", target.name, there.memory_mb, "MB", aim=_AIMS["peak"])


def _overload(stack: ExitStack, servers: Servers, folder: Path) -> None:
    say("three times the capacity of an engine, and a greedy tenant beside a polite one")
    port = free_port()
    mock = script("mock", str(port), str(_PLACES), str(_PLACE_SECONDS), cores=OTHER_CORES, log=folder / "places.log")
    stack.callback(mock.stop)
    narrow = Servers(servers.postgres, servers.cache, servers.queue, servers.database, [Engine(MODEL, port)])
    settings = {"GATEWAY_ENGINE_REQUESTS": str(_PLACES), "GATEWAY_QUEUE_REQUESTS": "64"}
    gateway = gateways.ours(narrow, folder / "narrow", **settings)
    stack.callback(gateway.stop)
    peak = rate(gateway, 2 * _PLACES, 2 * _SECONDS)
    over = rate(gateway, 240, 2 * _SECONDS, pause_s=0.1)
    offered = (over.per_second + over.refused_per_second) / peak.per_second
    line(
        "goodput under overload",
        "gateway",
        100 * over.per_second / peak.per_second,
        "% of peak",
        aim=95,
        offered=round(offered, 2),
        peak_per_second=round(peak.per_second),
    )
    commands = GatewayProcess(narrow, folder / "admin")
    tenants = [_admin(commands, "admin", "tenant", "create", name)[0]["id"] for name in ("polite", "greedy")]
    polite, greedy = (_admin(commands, "admin", "key", "issue", tenant, "bench")[0]["secret"] for tenant in tenants)
    keys = [polite] * 20 + [greedy] * 220
    shared = rate(gateway, len(keys), 2 * _SECONDS, keys, pause_s=0.1)
    share = 100 * sum(shared.served[:20]) / sum(shared.served)
    line("share of a polite tenant beside a greedy one", "gateway", share, "%", aim=50, tolerance=5)


if __name__ == "__main__":
    main()
