"""What an operator must see of usage records."""

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.usage.stream import UsageStream


class UsageMetrics(Collector):
    """Reads the state of the stream when asked; every series exists from the start."""

    def __init__(self, stream: UsageStream) -> None:
        self._stream = stream

    def collect(self) -> Iterable[Metric]:
        return (
            GaugeMetricFamily(
                "ai_gateway_usage_records_waiting",
                "Usage records that Redis has not acknowledged",
                value=self._stream.waiting,
            ),
            CounterMetricFamily(
                "ai_gateway_usage_records_abandoned",
                "Usage records whose answers waited for Redis in vain; they are in the log only",
                value=self._stream.abandoned,
            ),
        )
