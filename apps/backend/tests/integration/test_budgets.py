"""Budgets count what is spent, and what running requests may still spend, whatever becomes of Redis and of replicas."""

import asyncio

import pytest
from redis.asyncio import Redis

from gateway.contracts import Denial, Reservation
from gateway.limits.script import LimitScript
from harness.limits import Ledger, Replica


async def _pass_minutes(cache: Redis, minutes: int, replica: LimitScript | None = None) -> None:
    """As if so much time had passed since the budget was counted, or since `replica` was heard of."""
    [key] = await cache.keys("spending:*")
    fields = [field for field in await cache.hkeys(key) if field in (b"counted", b"swept")]
    if replica:
        fields.append(f"seen:{replica.name}".encode())
    for field in fields:
        await cache.hincrby(key, field, -minutes * 60_000)


async def _counts(cache: Redis) -> tuple[int, int]:
    """Tokens spent and reserved."""
    [key] = await cache.keys("spending:*")
    spent, reserved = await cache.hmget(key, "spent", "reserved")
    return int(spent or 0), int(reserved or 0)


async def test_counting_again_forgets_no_request_that_runs(
    replicas: list[Replica], cache: Redis, ledger: Ledger
) -> None:
    stream = await replicas[0].take(99_000)
    for _ in range(3):
        await replicas[1].settle(await replicas[1].take(500), 100)
    ledger.tokens = 300
    await _pass_minutes(cache, 6)
    await replicas[1].settle(await replicas[1].take(500), 100)
    assert len(ledger.asked) == 2
    assert await _counts(cache) == (400, 99_000)
    for replica in replicas:
        assert isinstance(await replica.reserve(50_000), Denial)
    await replicas[0].settle(stream, 100)
    assert await _counts(cache) == (500, 0)
    assert isinstance(await replicas[1].reserve(150_000), Denial)
    assert isinstance(await replicas[1].reserve(99_600), Denial)
    assert isinstance(await replicas[1].reserve(99_500), Reservation)


async def test_counting_again_finds_what_a_lost_settlement_left_out_and_never_less_than_is_known(
    replicas: list[Replica], cache: Redis, ledger: Ledger
) -> None:
    await replicas[0].settle(await replicas[0].take(1_000), 1_000)
    for counted, expected in ((60_000, 61_000), (500, 62_000)):
        ledger.tokens = counted
        await _pass_minutes(cache, 6)
        await replicas[0].settle(await replicas[0].take(1_000), 1_000)
        assert await _counts(cache) == (expected, 0)


async def test_one_request_counts_again_for_all(replicas: list[Replica], cache: Redis, ledger: Ledger) -> None:
    await replicas[0].take(10)
    await _pass_minutes(cache, 6)
    await asyncio.gather(*(replica.reserve(10) for replica in replicas * 10))
    assert len(ledger.asked) == 2


async def test_what_a_dead_replica_had_taken_comes_back(replicas: list[Replica], cache: Redis) -> None:
    dead, alive = replicas[:2]
    await dead.take(90_000)
    kept = await alive.take(5_000)
    assert isinstance(await alive.reserve(50_000), Denial)
    await _pass_minutes(cache, 2, dead.script)
    assert isinstance(await alive.reserve(50_000), Reservation)
    assert await _counts(cache) == (0, 55_000)
    await alive.settle(kept, 5_000)
    assert await _counts(cache) == (5_000, 50_000)


async def test_a_replica_that_was_taken_for_dead_gets_nothing_back_twice(replicas: list[Replica], cache: Redis) -> None:
    silent, other = replicas[:2]
    stream = await silent.take(90_000)
    await other.take(1_000)
    await _pass_minutes(cache, 2, silent.script)
    assert isinstance(await other.reserve(60_000), Reservation)
    await silent.settle(stream, 10_000)
    assert await _counts(cache) == (10_000, 61_000)


async def test_a_replica_that_is_heard_of_again_holds_what_it_held(replicas: list[Replica], cache: Redis) -> None:
    silent, other = replicas[:2]
    await silent.take(90_000)
    await other.take(1_000)
    await _pass_minutes(cache, 2, silent.script)
    await other.settle(await other.take(20_000), 0)
    await silent.renew()
    assert await _counts(cache) == (0, 91_000)
    await _pass_minutes(cache, 2)
    assert isinstance(await other.reserve(10_000), Denial)


async def test_a_redis_that_lost_everything_hears_what_runs(replicas: list[Replica], cache: Redis) -> None:
    streams = [await replica.take(30_000) for replica in replicas]
    await cache.flushall()
    for replica in replicas:
        await replica.renew()
    assert isinstance(await replicas[0].reserve(20_000), Denial)
    for replica, stream in zip(replicas, streams, strict=True):
        await replica.settle(stream, 1_000)
    assert await _counts(cache) == (3_000, 0)
    [key] = await cache.keys("spending:*")
    assert await cache.pttl(key) > 0


async def test_a_reservation_whose_answer_was_lost_is_forgotten(replicas: list[Replica], cache: Redis) -> None:
    replica = replicas[0]
    await replica.settle(await replica.take(10), 10)
    asking = asyncio.create_task(replica.reserve(90_000))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await replica.link.close()
    assert isinstance(await asking, Denial)
    await asyncio.sleep(1.1)  # Redis counts as away for a second
    await replica.take(10)
    await replica.renew()
    assert await _counts(cache) == (10, 10)


@pytest.mark.parametrize("wait", [0, 1, 2, 3, 5, 10])
async def test_a_caller_that_leaves_at_any_moment_takes_and_gives_nothing(
    replicas: list[Replica], cache: Redis, wait: int
) -> None:
    replica = replicas[0]
    kept = await replica.take(60_000)
    for tokens in (30_000, 70_000):  # the first fits, the second does not
        gone = asyncio.create_task(replica.reserve(tokens))
        for _ in range(wait):
            await asyncio.sleep(0)
        gone.cancel()
        [answer] = await asyncio.gather(gone, return_exceptions=True)
        if isinstance(answer, Reservation):
            await replica.settle(answer, 0)
        await replica.script.drained()
        assert await _counts(cache) == (0, 60_000)
    await replica.settle(kept, 60_000)
    assert await _counts(cache) == (60_000, 0)


async def test_replicas_that_come_and_go_leave_nothing_behind(replicas: list[Replica], cache: Redis) -> None:
    done, dead, alive = replicas
    await done.settle(await done.take(100), 100)
    await dead.take(1_000)
    await alive.take(10)
    await _pass_minutes(cache, 2, dead.script)
    await alive.renew()
    [key] = await cache.keys("spending:*")
    own = {f"share:{alive.script.name}".encode(), f"seen:{alive.script.name}".encode()}
    assert set(await cache.hkeys(key)) == {b"spent", b"counted", b"reserved", b"swept", *own}
    assert await _counts(cache) == (100, 10)
