"""Measures this gateway beside others, in one run on one machine; one JSON line per figure on standard output."""

import argparse
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

import gateways
from figures import Rate, added, line, median, rate, streaming
from gateways import Target
from machine import GATEWAY_CORE, OTHER_CORES, resident_mb, script
from shapes import MODEL
from soak import soak
from stage import admin, prepare, say, start_servers, start_targets

from harness.environment import Engine, Servers
from harness.gateway import GatewayProcess
from harness.processes import free_port

_ROUNDS = 3
_SECONDS = 3.0
_CONNECTIONS = (32, 256)
_STREAMS = 1000
#: LiteLLM does not hold more.
_STREAMS_OF_LITELLM = 100
#: The engine whose capacity is loaded three times over.
_PLACES, _PLACE_SECONDS = 16, 0.02
_AIMS = {"added p50": 0.2, "added p99": 0.5, "rate": 12_000, "first frame": 10.0, "gap": 2.0, "idle": 48, "peak": 128}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.sh", description=__doc__)
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="only watch the gateway's memory under load")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        folder.chmod(0o755)
        load = os.getloadavg()[0]
        say(f"cores: gateway {GATEWAY_CORE}, all else {OTHER_CORES}; load average before the start {load:.1f}")
        line("load average before the start", "machine", load, "processes", cores=os.cpu_count() or 0)
        servers = start_servers(stack, folder)
        port = free_port()
        stack.callback(script("mock", str(port), cores=OTHER_CORES, log=folder / "mock.log").stop)
        servers.engines.append(Engine(MODEL, port))
        prepare(servers, folder)
        if given.soak:
            soak(gateways.ours(servers, folder / "gateway"), stack, given.soak)
            return
        direct = Target("direct", port, (), lambda: None)
        targets = start_targets(stack, servers, port, folder, 2 * _STREAMS)
        line("memory idle", "gateway", resident_mb(targets[0].pids), "MB", aim=_AIMS["idle"])
        _requests(direct, targets)
        _streams(direct, targets)
        _overload(stack, servers, folder)


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
    tenants = [admin(commands, "admin", "tenant", "create", name)[0]["id"] for name in ("polite", "greedy")]
    polite, greedy = (admin(commands, "admin", "key", "issue", tenant, "bench")[0]["secret"] for tenant in tenants)
    keys = [polite] * 20 + [greedy] * 220
    shared = rate(gateway, len(keys), 2 * _SECONDS, keys, pause_s=0.1)
    share = 100 * sum(shared.served[:20]) / sum(shared.served)
    line("share of a polite tenant beside a greedy one", "gateway", share, "%", aim=50, tolerance=5)


if __name__ == "__main__":
    main()
