"""Limits hold across replicas, on a real Redis."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import cast

import pytest
from redis.asyncio import Redis

from gateway.contracts import ALL_MODELS, Denial, ModelLimits, Reservation, TokenBudget
from gateway.limits.limiter import RedisLimiter
from gateway.limits.periods import period_of
from gateway.limits.script import LimitScript
from gateway.redis_link import RedisLink
from gateway.settings import Settings
from harness.limits import Ledger
from harness.principals import principal

HOUR_MS = 3_600_000


@pytest.fixture
async def replicas(settings: Settings, cache: Redis, ledger: Ledger) -> AsyncIterator[list[RedisLimiter]]:
    """Three limiters, each with its own connection, as three pods would have."""
    links = [RedisLink(settings.cache) for _ in range(3)]
    yield [RedisLimiter(LimitScript(link), ledger, "deny") for link in links]
    for link in links:
        await link.close()


async def _settle(replica: RedisLimiter, reservation: Reservation | Denial, tokens: int) -> None:
    assert isinstance(reservation, Reservation)
    replica.settle(reservation, tokens)
    await replica.reserve(principal({"x": ModelLimits(1000)}, tenant_id="other"), "x", 0)  # behind it in the pipe


async def test_exactly_the_limit_of_requests_passes_whichever_replicas_are_asked(
    replicas: list[RedisLimiter],
) -> None:
    who = principal({"small": ModelLimits(requests_per_minute=10)})
    answers = await asyncio.gather(*(replicas[n % 3].reserve(who, "small", 2) for n in range(60)))
    assert sum(isinstance(answer, Reservation) for answer in answers) == 10
    refused = next(answer for answer in answers if isinstance(answer, Denial))
    assert (refused.status, refused.code) == (429, "rate_limit_exceeded")
    assert refused.retry_after_s is not None
    assert 0 < refused.retry_after_s <= 6


async def test_a_refused_request_takes_nothing_from_any_limit(replicas: list[RedisLimiter]) -> None:
    who = principal({"small": ModelLimits(tokens_per_minute=100), ALL_MODELS: ModelLimits(requests_per_minute=2)})
    for _ in range(5):
        assert isinstance(await replicas[0].reserve(who, "small", 110), Denial)
    assert isinstance(await replicas[1].reserve(who, "small", 50), Reservation)
    assert isinstance(await replicas[2].reserve(who, "small", 50), Reservation)


async def test_the_limit_of_all_models_counts_them_together(replicas: list[RedisLimiter]) -> None:
    who = principal({ALL_MODELS: ModelLimits(requests_per_minute=2)})
    assert isinstance(await replicas[0].reserve(who, "small", 2), Reservation)
    assert isinstance(await replicas[1].reserve(who, "large", 2), Reservation)
    refused = await replicas[2].reserve(who, "other", 2)
    assert isinstance(refused, Denial)
    assert "all models together" in refused.message


async def test_tokens_that_were_not_used_come_back(replicas: list[RedisLimiter]) -> None:
    who = principal({"small": ModelLimits(tokens_per_minute=1000)})
    first = await replicas[0].reserve(who, "small", 1000)
    assert isinstance(await replicas[1].reserve(who, "small", 20), Denial)
    await _settle(replicas[0], first, 150)
    assert isinstance(await replicas[1].reserve(who, "small", 840), Reservation)
    assert isinstance(await replicas[1].reserve(who, "small", 840), Denial)


async def test_tokens_beyond_the_estimate_are_paid_for_by_later_requests(replicas: list[RedisLimiter]) -> None:
    who = principal({"small": ModelLimits(tokens_per_minute=1000)})
    await _settle(replicas[0], await replicas[0].reserve(who, "small", 266), 1500)
    refused = await replicas[1].reserve(who, "small", 2)
    assert isinstance(refused, Denial)
    assert refused.retry_after_s is not None
    assert refused.retry_after_s > 25


async def test_a_request_larger_than_the_limit_is_told_that_waiting_does_not_help(
    replicas: list[RedisLimiter],
) -> None:
    who = principal({"small": ModelLimits(tokens_per_minute=1000)})
    refused = await replicas[0].reserve(who, "small", 1100)
    assert isinstance(refused, Denial)
    assert (refused.code, refused.retry_after_s) == ("request_too_large_for_limit", None)


async def test_places_in_flight_are_shared_and_given_back(replicas: list[RedisLimiter]) -> None:
    who = principal({"small": ModelLimits(concurrency=2)})
    running = [await replica.reserve(who, "small", 2) for replica in replicas]
    assert [isinstance(answer, Reservation) for answer in running] == [True, True, False]
    await _settle(replicas[0], running[0], 2)
    assert isinstance(await replicas[2].reserve(who, "small", 2), Reservation)


async def test_places_of_a_dead_replica_come_back_when_their_lease_ends(
    replicas: list[RedisLimiter], cache: Redis
) -> None:
    who = principal({"small": ModelLimits(concurrency=1)})
    assert isinstance(await replicas[0].reserve(who, "small", 2), Reservation)
    assert isinstance(await replicas[1].reserve(who, "small", 2), Denial)
    key = "leases:ten_test:small"
    [lease] = cast(list[bytes], await cache.zrange(key, 0, -1))
    await cache.zincrby(key, -61_000, lease)  # as if a minute had passed without a renewal
    assert isinstance(await replicas[1].reserve(who, "small", 2), Reservation)


async def test_a_caller_that_gives_up_waiting_keeps_no_place(replicas: list[RedisLimiter]) -> None:
    who = principal({"small": ModelLimits(concurrency=1)})
    gone = asyncio.create_task(replicas[0].reserve(who, "small", 2))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    assert gone.cancelled()
    assert isinstance(await replicas[0].reserve(who, "small", 2), Reservation)


@pytest.mark.parametrize("jump_ms", [-HOUR_MS, HOUR_MS, 365 * 24 * HOUR_MS])
async def test_a_jump_of_the_clock_never_lets_more_than_one_limit_pass_at_once(
    replicas: list[RedisLimiter], cache: Redis, jump_ms: int
) -> None:
    who = principal({"small": ModelLimits(requests_per_minute=5)})
    for _ in range(5):
        assert isinstance(await replicas[0].reserve(who, "small", 2), Reservation)
    await cache.hincrbyfloat("limits:ten_test:small", "at", -jump_ms)
    answers = [await replicas[1].reserve(who, "small", 2) for _ in range(12)]
    passed = sum(isinstance(answer, Reservation) for answer in answers)
    assert passed == (5 if jump_ms > 0 else 0)


async def test_a_clock_that_jumped_back_does_not_lock_a_tenant_out(replicas: list[RedisLimiter], cache: Redis) -> None:
    who = principal({"small": ModelLimits(requests_per_minute=5)})
    for _ in range(5):
        await replicas[0].reserve(who, "small", 2)
    await cache.hincrbyfloat("limits:ten_test:small", "at", HOUR_MS)
    assert isinstance(await replicas[0].reserve(who, "small", 2), Denial)
    assert isinstance(await replicas[0].reserve(who, "small", 2), Denial)
    at = float(await cache.hget("limits:ten_test:small", "at") or 0)
    seconds, _ = await cache.time()
    assert abs(at / 1000 - seconds) < 60


async def test_a_budget_is_counted_from_what_was_spent_before_and_survives_a_lost_redis(
    replicas: list[RedisLimiter], cache: Redis, ledger: Ledger
) -> None:
    who = principal(budget=TokenBudget("month", 1000))
    ledger.tokens = 700
    await _settle(replicas[0], await replicas[0].reserve(who, "small", 200), 200)
    refused = await replicas[1].reserve(who, "small", 200)
    assert isinstance(refused, Denial)
    assert (refused.status, refused.code) == (429, "insufficient_quota")
    await cache.flushall()
    ledger.tokens = 900
    assert isinstance(await replicas[2].reserve(who, "small", 200), Denial)
    assert isinstance(await replicas[2].reserve(who, "small", 100), Reservation)
    assert ledger.asked == [period_of("month", datetime.now(UTC)).start] * 2


async def test_headers_say_what_is_left_of_the_tightest_limit(replicas: list[RedisLimiter]) -> None:
    who = principal({"small": ModelLimits(60, 6000), ALL_MODELS: ModelLimits(30, None)})
    answer = await replicas[0].reserve(who, "small", 600)
    assert isinstance(answer, Reservation)
    headers = dict(answer.headers)
    assert headers[b"x-ratelimit-limit-requests"] == b"30"
    assert headers[b"x-ratelimit-remaining-requests"] == b"29"
    assert headers[b"x-ratelimit-reset-requests"] == b"2s"
    assert headers[b"x-ratelimit-limit-tokens"] == b"6000"
    assert headers[b"x-ratelimit-remaining-tokens"] == b"5400"
    assert headers[b"x-ratelimit-reset-tokens"] == b"6s"


async def test_tenants_without_limits_do_not_need_redis(ledger: Ledger, settings: Settings) -> None:
    nowhere = RedisLink(settings.cache.model_copy(update={"port": 1}))
    limiter = RedisLimiter(LimitScript(nowhere), ledger, "deny")
    assert isinstance(await limiter.reserve(principal(), "small", 2), Reservation)
