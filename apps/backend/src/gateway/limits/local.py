"""Limits that one replica applies by itself: the same decisions as script.lua, without budgets."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.limits.operations import Operation, ScopeLimits
from gateway.limits.script import Answer, Levels

_MINUTE_MS = 60_000


@dataclass(slots=True)
class _Bucket:
    requests: float
    tokens: float
    at: float
    running: set[str] = field(default_factory=set)


class LocalLimits:
    """While Redis is away, N replicas together admit up to N times a limit; a tenant's budget is not checked."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._leases: set[str] = set()

    def reserve(self, operation: Operation) -> Answer:
        _, tenant, (lease,), _, tokens, scopes, _ = operation
        buckets = [(scope, self._bucket(tenant, scope)) for scope in scopes]
        for scope, bucket in buckets:
            refused = _refusal(scope, bucket, tokens)
            if refused:
                return Answer(refused[0], scope[0], refused[1], _levels(buckets), 0)
        for _, bucket in buckets:
            bucket.requests -= 1
            bucket.tokens -= tokens
            bucket.running.add(lease)
        self._leases.add(lease)
        return Answer("reserved", "", 0, _levels(buckets), 1)

    def settle(self, operation: Operation) -> bool:
        """Give back what `reserve` took; False when the lease was not taken here."""
        _, tenant, (lease,), requests, unused, scopes, _ = operation
        if lease not in self._leases:
            return False
        self._leases.remove(lease)
        for scope in scopes:
            bucket = self._bucket(tenant, scope)
            bucket.requests = min(scope[1], bucket.requests + requests)
            bucket.tokens = min(scope[2], bucket.tokens + unused)
            bucket.running.discard(lease)
        return True

    def _bucket(self, tenant: str, scope: ScopeLimits) -> _Bucket:
        name, rpm, tpm, _ = scope
        now = self._clock()
        bucket = self._buckets.setdefault((tenant, name), _Bucket(rpm, tpm, now))
        minutes = (now - bucket.at) / 60
        bucket.requests = min(rpm, bucket.requests + minutes * rpm)
        bucket.tokens = min(tpm, bucket.tokens + minutes * tpm)
        bucket.at = now
        return bucket


def _refusal(scope: ScopeLimits, bucket: _Bucket, tokens: int) -> tuple[str, int] | None:
    _, rpm, tpm, concurrency = scope
    if rpm >= 0 and bucket.requests < 1:
        return "requests", _milliseconds_until(1, bucket.requests, rpm)
    if tpm >= 0 and tokens > tpm:
        return "size", -1
    if tpm >= 0 and bucket.tokens < tokens:
        return "tokens", _milliseconds_until(tokens, bucket.tokens, tpm)
    if concurrency >= 0 and len(bucket.running) >= concurrency:
        return "concurrency", 1000
    return None


def _levels(buckets: list[tuple[ScopeLimits, _Bucket]]) -> tuple[Levels, ...]:
    return tuple(
        (
            rpm,
            int(bucket.requests),
            _milliseconds_until(rpm, bucket.requests, rpm),
            tpm,
            int(bucket.tokens),
            _milliseconds_until(tpm, bucket.tokens, tpm),
        )
        for (_, rpm, tpm, _), bucket in buckets
    )


def _milliseconds_until(wanted: float, level: float, limit: int) -> int:
    if level >= wanted:
        return 0
    return int((wanted - level) * _MINUTE_MS / limit) + 1 if limit > 0 else _MINUTE_MS
