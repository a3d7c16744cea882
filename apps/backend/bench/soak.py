"""Whether the gateway's memory stays flat under load for as long as wanted."""

import time
from contextlib import ExitStack

from figures import line, rate, streaming
from gateways import Target
from machine import resident_mb
from stage import say

_CONNECTIONS = 32
_SECONDS = 20.0
_STREAMS = 300


def soak(gateway: Target, stack: ExitStack, minutes: float) -> None:
    """Requests and streams in turn; memory is compared with that after the first turn, which fills every cache."""
    stack.callback(gateway.stop)
    ends = time.monotonic() + minutes * 60
    answers = streams = 0
    warm_mb = 0.0
    while time.monotonic() < ends:
        answers += round(rate(gateway, _CONNECTIONS, _SECONDS).per_second * _SECONDS)
        streams += streaming(gateway, _STREAMS).complete
        memory_mb = resident_mb(gateway.pids)
        warm_mb = warm_mb or memory_mb
        say(f"{memory_mb:.1f} MB after {answers} answers and {streams} streams")
    grown = resident_mb(gateway.pids) - warm_mb
    line("memory growth", "gateway", grown, "MB", minutes=minutes, start=warm_mb, answers=answers, streams=streams)
