"""Places in flight and tokens of requests that are given up, are still coming, or run while Redis forgets them."""

import asyncio

import pytest
from redis.asyncio import Redis

from gateway.contracts import ALL_MODELS, Denial, ModelLimits, Reservation
from gateway.errors import RefusedError
from harness.limits import Replica
from harness.principals import principal


async def test_a_refused_caller_that_leaves_does_not_refill_its_limit(replicas: list[Replica]) -> None:
    limiter, who = replicas[0].limiter, principal({"small": ModelLimits(tokens_per_minute=1_000)})
    assert isinstance(await limiter.reserve(who, "small", 990), Reservation)
    for _ in range(5):
        gone = asyncio.create_task(limiter.reserve(who, "small", 900))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        await replicas[0].script.drained()
    assert isinstance(await limiter.reserve(who, "small", 100), Denial)


async def test_a_place_that_is_held_is_one_request_in_flight_and_none_afterwards(replicas: list[Replica]) -> None:
    who = principal({ALL_MODELS: ModelLimits(requests_per_minute=2, concurrency=1)})
    one, other = replicas[0].limiter, replicas[1].limiter
    async with one.hold_place(who, ALL_MODELS):
        refused = await other.reserve(who, "small", 1)
        assert isinstance(refused, Denial)
        assert refused.code == "concurrency_limit_exceeded"
        with pytest.raises(RefusedError):
            async with other.hold_place(who, ALL_MODELS):
                pass
    for _ in range(2):
        reservation = await one.reserve(who, "small", 1)
        assert isinstance(reservation, Reservation)
        one.settle(reservation, 1)
        await replicas[0].script.drained()
    with pytest.raises(RefusedError) as spent:
        async with one.hold_place(who, ALL_MODELS):
            pass
    assert spent.value.denial.code == "rate_limit_exceeded"


async def test_places_of_long_requests_outlive_a_redis_that_lost_them(replicas: list[Replica], cache: Redis) -> None:
    who = principal({"small": ModelLimits(concurrency=1)})
    limiter = replicas[0].limiter
    assert isinstance(await limiter.reserve(who, "small", 1), Reservation)
    await cache.flushall()
    limiter.renew()
    await replicas[0].script.drained()
    assert isinstance(await replicas[1].limiter.reserve(who, "small", 1), Denial)
