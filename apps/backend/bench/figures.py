"""What is measured, and how a number is made of it."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from gateways import Target
from load import Load
from machine import cpu_seconds, measure, resident_mb
from shapes import REQUEST
from streams import StreamLoad

from harness.environment import FIRST_KEY

#: Share of its core that a gateway must have used for a rate to be its own limit.
_BUSY = 0.9


@dataclass(frozen=True)
class Rate:
    """Answers per second at a number of connections."""

    per_second: float
    p50_ms: float
    p99_ms: float
    #: Share of the gateway's core that was used.
    busy: float
    #: Requests that were refused, per second.
    refused_per_second: float
    #: Answers for each key.
    served: Sequence[int]

    @property
    def limit(self) -> str:
        return "gateway" if self.busy >= _BUSY else "load generator, engine, stores or other processes"


def rate(
    target: Target, connections: int, seconds: float, keys: Sequence[str] = (FIRST_KEY,), pause_s: float = 0.0
) -> Rate:
    """Load a target; `pause_s` is how long a client waits after a refusal. Raises ValueError when nothing is served."""
    load = Load(target.port, list(keys), REQUEST, connections, seconds, pause_s)
    before = cpu_seconds(target.pids)
    result = json.loads(measure("load", json.dumps(asdict(load))))
    used = cpu_seconds(target.pids) - before
    latencies = sorted(result["latencies"])
    if not latencies:
        raise ValueError(f"{target.name} served nothing: {result['statuses']}")
    refused = sum(count for status, count in result["statuses"].items() if status != "200")
    return Rate(
        per_second=len(latencies) / result["seconds"],
        p50_ms=quantile(latencies, 0.5) * 1000,
        p99_ms=quantile(latencies, 0.99) * 1000,
        busy=min(1.0, used / (result["seconds"] * 1.1)),
        refused_per_second=refused / result["seconds"],
        served=result["served"],
    )


@dataclass(frozen=True)
class Streaming:
    """Many streams at the engine's pace."""

    complete: int
    lost: int
    reordered: int
    first_p50_ms: float
    first_p99_ms: float
    gap_p99_ms: float
    busy: float
    memory_mb: float


def streaming(target: Target, streams: int) -> Streaming:
    """Open so many streams within two seconds, each of two seconds."""
    before = cpu_seconds(target.pids)
    result = json.loads(measure("streams", json.dumps(asdict(StreamLoad(target.port, FIRST_KEY, streams)))))
    used = cpu_seconds(target.pids) - before
    first, gaps = sorted(result["first"]), sorted(result["gaps"])
    return Streaming(
        complete=result["complete"],
        lost=result["lost"],
        reordered=result["reordered"],
        first_p50_ms=quantile(first, 0.5) * 1000,
        first_p99_ms=quantile(first, 0.99) * 1000,
        gap_p99_ms=quantile(gaps, 0.99) * 1000,
        busy=min(1.0, used / 4),
        memory_mb=resident_mb(target.pids),
    )


def median(rates: Sequence[Rate]) -> Rate:
    """The round in the middle."""
    return sorted(rates, key=lambda rate: rate.per_second)[len(rates) // 2]


def quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def added(direct: Sequence[float], through: Sequence[float]) -> float:
    """Median of the differences of paired rounds."""
    return statistics.median(there - here for here, there in zip(direct, through, strict=True))


def line(figure: str, target: str, value: float, unit: str, **more: float | str | bool) -> None:
    """Print one figure."""
    print(json.dumps({"figure": figure, "target": target, "value": round(value, 3), "unit": unit, **more}), flush=True)
