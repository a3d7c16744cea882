"""Every metric that the gateway exports. Labels take few values: configured models, never what clients send.

A request is counted some ten times, on one thread: plain numbers do it at a tenth of the cost of the client library's
children with their locks. The library shows them.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.proxy.engine_error import FailureReason
from gateway.proxy.engine_usage import Usage
from gateway.routing.engine import EngineState
from gateway.routing.registry import EngineRegistry

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640)
_BOUNDS: Final = (*(str(float(bound)) for bound in _SECONDS), "+Inf")
_STATES: Final[tuple[EngineState, ...]] = ("ready", "unhealthy", "open")


class Metrics:
    """The metrics of one process."""

    def __init__(self, engines: EngineRegistry, draining: Callable[[], bool]) -> None:
        """`draining`: whether this replica is leaving."""
        self._by_model = {model: ModelMetrics() for model in engines.models()}
        self._unknown = ModelMetrics()
        self.registry = CollectorRegistry()
        self.registry.register(_Requests({**self._by_model, "unknown": self._unknown}))
        self.registry.register(_Gauges(engines))
        draining_gauge = Gauge("ai_gateway_draining", "1 while this replica is leaving", registry=self.registry)
        draining_gauge.set_function(draining)

    def of(self, model: str) -> "ModelMetrics":
        """The metrics of a model; all unknown ones share theirs."""
        return self._by_model.get(model, self._unknown)


class ModelMetrics:
    """What is counted of one model."""

    def __init__(self) -> None:
        #: By endpoint and HTTP status.
        self.requests: Counter[tuple[str, int]] = Counter()
        self.refusals: Counter[str] = Counter()
        self.failures: Counter[FailureReason] = Counter()
        self.retries = 0
        self.tokens = {"prompt": 0, "completion": 0, "cached": 0}
        self.durations = Seconds()
        self.first_tokens = Seconds()
        self.waits = Seconds()

    def answered(self, endpoint: str, code: int, duration_s: float) -> None:
        """An answer was sent, or its client left (499)."""
        self.requests[endpoint, code] += 1
        self.durations.observe(duration_s)

    def refused(self, reason: str) -> None:
        self.refusals[reason] += 1

    def waited(self, duration_s: float) -> None:
        self.waits.observe(duration_s)

    def first_token(self, duration_s: float) -> None:
        self.first_tokens.observe(duration_s)

    def used(self, usage: Usage) -> None:
        tokens = self.tokens
        tokens["prompt"] += usage.prompt_tokens
        tokens["completion"] += usage.completion_tokens
        tokens["cached"] += usage.cached_tokens

    def engine_failed(self, reason: FailureReason) -> None:
        self.failures[reason] += 1

    def retried(self) -> None:
        self.retries += 1


class Seconds:
    """How long something took, in the buckets of a histogram."""

    def __init__(self) -> None:
        self._counts = [0] * len(_BOUNDS)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        self._counts[bisect_left(_SECONDS, seconds)] += 1
        self._sum += seconds

    def show(self, family: HistogramMetricFamily, model: str) -> None:
        buckets = zip(_BOUNDS, accumulate(self._counts), strict=True)
        family.add_metric([model], [(bound, float(count)) for bound, count in buckets], self._sum)


class _Requests(Collector):
    """Shows what was counted."""

    def __init__(self, models: Mapping[str, ModelMetrics]) -> None:
        self._models = models

    def collect(self) -> Iterable[Metric]:
        requests = _counter("requests", "Answers sent; code 499: the client left", "endpoint", "code")
        refusals = _counter("refused_requests", "Requests refused, by error code", "reason")
        tokens = _counter("tokens", "Tokens as engines count them", "kind")
        failures = _counter("engine_failures", "Answers that engines failed to give", "reason")
        retries = _counter("retries", "Requests sent to a second engine")
        durations = _histogram("request_duration", "Arrival to last byte")
        first_tokens = _histogram("time_to_first_token", "Arrival to first frame")
        waits = _histogram("queue_duration", "Time spent waiting for a turn")
        for model, counted in self._models.items():
            for (endpoint, code), count in counted.requests.items():
                requests.add_metric([model, endpoint, str(code)], count)
            by_label = ((refusals, counted.refusals), (tokens, counted.tokens), (failures, counted.failures))
            for family, counts in by_label:
                for label, count in counts.items():
                    family.add_metric([model, label], count)
            retries.add_metric([model], counted.retries)
            counted.durations.show(durations, model)
            counted.first_tokens.show(first_tokens, model)
            counted.waits.show(waits, model)
        return requests, refusals, tokens, failures, retries, durations, first_tokens, waits


def _counter(name: str, text: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(f"ai_gateway_{name}", text, labels=["model", *labels])


def _histogram(name: str, text: str) -> HistogramMetricFamily:
    return HistogramMetricFamily(f"ai_gateway_{name}_seconds", text, labels=["model"])


class _Gauges(Collector):
    """Reads the state of every model when asked. All series exist from the start, also with no engine."""

    def __init__(self, engines: EngineRegistry) -> None:
        self._engines = engines

    def collect(self) -> Iterable[Metric]:
        in_flight = GaugeMetricFamily(
            "ai_gateway_requests_in_flight", "Requests running at engines or waiting for one", labels=["model"]
        )
        queued = GaugeMetricFamily("ai_gateway_queued_requests", "Requests waiting for an engine", labels=["model"])
        engines = GaugeMetricFamily("ai_gateway_engines", "Known engines by state", labels=["model", "state"])
        for model, route in self._engines.routes.items():
            in_flight.add_metric([model], route.gate.running + route.gate.waiting)
            queued.add_metric([model], route.gate.waiting)
            states = [engine.state for engine in route.engines.engines]
            for state in _STATES:
                engines.add_metric([model, state], states.count(state))
        return in_flight, queued, engines
