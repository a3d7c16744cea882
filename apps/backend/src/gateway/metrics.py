"""Every metric that the gateway exports. Labels take few values: configured models, never what clients send."""

from collections.abc import Callable, Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.proxy.answer_stream import Usage
from gateway.proxy.engine_error import FailureReason
from gateway.routing.engine import EngineState
from gateway.routing.registry import EngineRegistry

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640)
_STATES: Final[tuple[EngineState, ...]] = ("ready", "unhealthy", "open")


class Metrics:
    """The metrics of one process."""

    def __init__(self, engines: EngineRegistry, draining: Callable[[], bool]) -> None:
        """`draining`: whether this replica is leaving."""
        own = self.registry = CollectorRegistry()
        self.requests = Counter(
            "ai_gateway_requests",
            "Answers sent; code 499: the client left",
            ["model", "endpoint", "code"],
            registry=own,
        )
        self.refusals = Counter(
            "ai_gateway_refused_requests", "Requests refused, by error code", ["model", "reason"], registry=own
        )
        self.duration = Histogram(
            "ai_gateway_request_duration_seconds", "Arrival to last byte", ["model"], buckets=_SECONDS, registry=own
        )
        self.first_token = Histogram(
            "ai_gateway_time_to_first_token_seconds",
            "Arrival to first frame",
            ["model"],
            buckets=_SECONDS,
            registry=own,
        )
        self.queue = Histogram(
            "ai_gateway_queue_duration_seconds",
            "Time spent waiting for a turn",
            ["model"],
            buckets=_SECONDS,
            registry=own,
        )
        self.tokens = Counter("ai_gateway_tokens", "Tokens as engines count them", ["model", "kind"], registry=own)
        self.failures = Counter(
            "ai_gateway_engine_failures", "Answers that engines failed to give", ["model", "reason"], registry=own
        )
        self.retries = Counter("ai_gateway_retries", "Requests sent to a second engine", ["model"], registry=own)
        draining_gauge = Gauge("ai_gateway_draining", "1 while this replica is leaving", registry=own)
        draining_gauge.set_function(draining)
        own.register(_Gauges(engines))
        self._by_model = {model: ModelMetrics(self, model) for model in engines.models()}
        self._unknown = ModelMetrics(self, "unknown")

    def of(self, model: str) -> "ModelMetrics":
        """The metrics of a model; all unknown ones share theirs."""
        return self._by_model.get(model, self._unknown)


class ModelMetrics:
    """The metrics of one model. Children are looked up once each: that costs more than counting."""

    def __init__(self, metrics: Metrics, model: str) -> None:
        self._model = model
        self._metrics = metrics
        self._duration = metrics.duration.labels(model)
        self._first_token = metrics.first_token.labels(model)
        self._queue = metrics.queue.labels(model)
        self._requests: dict[tuple[str, int], Counter] = {}
        self._prompt, self._completion, self._cached = (
            metrics.tokens.labels(model, kind) for kind in ("prompt", "completion", "cached")
        )

    def answered(self, endpoint: str, code: int, duration_s: float) -> None:
        """An answer was sent, or its client left (499)."""
        child = self._requests.get((endpoint, code))
        if child is None:
            child = self._requests[(endpoint, code)] = self._metrics.requests.labels(self._model, endpoint, str(code))
        child.inc()
        self._duration.observe(duration_s)

    def refused(self, reason: str) -> None:
        self._metrics.refusals.labels(self._model, reason).inc()

    def waited(self, duration_s: float) -> None:
        self._queue.observe(duration_s)

    def first_token(self, duration_s: float) -> None:
        self._first_token.observe(duration_s)

    def used(self, usage: Usage) -> None:
        self._prompt.inc(usage.prompt_tokens)
        self._completion.inc(usage.completion_tokens)
        self._cached.inc(usage.cached_tokens)

    def engine_failed(self, reason: FailureReason) -> None:
        self._metrics.failures.labels(self._model, reason).inc()

    def retried(self) -> None:
        self._metrics.retries.labels(self._model).inc()


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
