"""What replicas hold in advance comes out of the limits in Redis, and goes back there."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from gateway.contracts import Denial, ModelLimits, Principal, Reservation, TokenBudget
from gateway.limits.limiter import RedisLimiter
from gateway.limits.script import LimitScript
from gateway.redis_client import connect
from gateway.redis_link import RedisLink
from gateway.settings import Settings
from harness.limits import Ledger
from harness.principals import principal
from harness.processes import eventually

PLACES = "leases:ten_test:small"
#: A request reserves 60 tokens and uses 50.
PROMPT, COMPLETION, USED = 10, 50, 50
WIDE = ModelLimits(requests_per_minute=60_000, tokens_per_minute=6_000_000, concurrency=10_000)


class Replica:
    """A limiter with a connection of its own, as a pod has."""

    def __init__(self, settings: Settings) -> None:
        self.link = RedisLink(settings.cache)
        self._script = LimitScript(self.link)
        self.limiter = RedisLimiter(self._script, Ledger(), "deny")

    async def burst(self, who: Principal, count: int) -> list[Reservation | Denial]:
        """So many requests, one after the other, of which each ends before the next one comes."""
        answers: list[Reservation | Denial] = []
        for _ in range(count):
            answers.append(await self.limiter.reserve(who, "small", PROMPT + COMPLETION))
            self.finish(answers[-1:])
            await asyncio.sleep(0.0005)
        return answers

    def finish(self, answers: Sequence[Reservation | Denial]) -> None:
        for answer in answers:
            if isinstance(answer, Reservation):
                self.limiter.settle(answer, USED)

    async def give_back(self) -> None:
        """Let go of everything that is held, and wait until Redis has heard of it."""
        self.limiter.close()
        await self._script.drained()


@pytest.fixture
async def replicas(settings: Settings, cache: Redis) -> AsyncIterator[list[Replica]]:
    found = [Replica(settings) for _ in range(2)]
    yield found
    for replica in found:
        await replica.link.close()


def passed(answers: Sequence[Reservation | Denial]) -> list[Reservation]:
    return [answer for answer in answers if isinstance(answer, Reservation)]


async def spent(cache: Redis) -> int:
    """Tokens of the budget that are used or held."""
    [budget] = await cache.keys("spending:ten_test:*")
    return sum(int(number or 0) for number in await cache.hmget(budget, "spent", "reserved"))


async def test_requests_of_a_busy_tenant_stop_asking_and_others_go_on_to(replicas: list[Replica]) -> None:
    busy, calm = principal({"small": WIDE}), principal({"small": WIDE}, tenant_id="calm")
    answers = passed(await replicas[0].burst(busy, 500))
    assert len(answers) == 500
    assert not any(answer.in_advance for answer in answers[:9])
    assert sum(answer.in_advance for answer in answers) > 250
    assert not any(answer.in_advance for answer in passed(await replicas[0].burst(calm, 9)))


async def test_everything_held_and_not_used_goes_back(replicas: list[Replica], cache: Redis) -> None:
    who = principal({"small": WIDE}, budget=TokenBudget("month", 10_000_000))
    await replicas[0].burst(who, 400)
    assert await spent(cache) > 400 * USED
    await replicas[0].give_back()
    assert await spent(cache) == 400 * USED
    assert await cache.zcard(PLACES) == 0


async def test_what_is_held_goes_back_when_the_tenant_falls_silent(replicas: list[Replica], cache: Redis) -> None:
    who = principal({"small": WIDE}, budget=TokenBudget("month", 10_000_000))
    await replicas[0].burst(who, 400)
    sweeping = asyncio.create_task(replicas[0].limiter.maintain())
    await eventually(lambda: _is_spent(cache, 400 * USED), "only what was used is taken")
    assert await cache.zcard(PLACES) == 0
    sweeping.cancel()


async def _is_spent(cache: Redis, tokens: int) -> bool:
    return await spent(cache) == tokens


async def test_about_a_hundredth_of_what_is_left_is_held_at_most(replicas: list[Replica], cache: Redis) -> None:
    who = principal({"small": ModelLimits(concurrency=1000)})
    await replicas[0].burst(who, 700)
    await asyncio.sleep(0.1)
    assert 0 < await cache.zcard(PLACES) <= 15


@pytest.mark.parametrize(
    "limits",
    [ModelLimits(requests_per_minute=90), ModelLimits(tokens_per_minute=5_900), ModelLimits(concurrency=90)],
    ids=["requests", "tokens", "concurrency"],
)
async def test_near_a_limit_every_request_asks(replicas: list[Replica], limits: ModelLimits) -> None:
    answers = await replicas[0].burst(principal({"small": limits}), 120)
    assert not any(answer.in_advance for answer in passed(answers))


async def test_near_the_end_of_a_budget_every_request_asks(replicas: list[Replica]) -> None:
    answers = passed(await replicas[0].burst(principal(budget=TokenBudget("day", 5_900)), 200))
    assert len(answers) == 117  # 5,850 tokens are used then, and 60 are asked for
    assert not any(answer.in_advance for answer in answers)


async def test_replicas_together_never_let_more_pass_than_the_limit(replicas: list[Replica]) -> None:
    who = principal({"small": ModelLimits(requests_per_minute=3_000)})
    loop = asyncio.get_running_loop()
    started = loop.time()
    answers = await asyncio.gather(*(replica.burst(who, 2_000) for replica in replicas))
    count = sum(len(passed(some)) for some in answers)
    assert 2_950 <= count <= 3_000 + 50 * (loop.time() - started) + 1
    assert any(answer.in_advance for some in answers for answer in passed(some))


async def test_changed_limits_hold_from_the_next_request_on(replicas: list[Replica], cache: Redis) -> None:
    await replicas[0].burst(principal({"small": WIDE}), 300)
    tighter = principal({"small": ModelLimits(concurrency=0)})
    assert isinstance(await replicas[0].limiter.reserve(tighter, "small", 2), Denial)
    await replicas[0].give_back()
    assert await cache.zcard(PLACES) == 0


async def test_places_of_long_requests_stay_taken(replicas: list[Replica], cache: Redis) -> None:
    who = principal({"small": WIDE})
    await replicas[0].burst(who, 300)
    running = [await replicas[0].limiter.reserve(who, "small", PROMPT + COMPLETION) for _ in range(20)]
    assert any(answer.in_advance for answer in passed(running))
    await replicas[0].give_back()
    assert await cache.zcard(PLACES) == 20
    replicas[0].finish(running)
    await replicas[0].give_back()
    assert await cache.zcard(PLACES) == 0


async def test_headers_count_what_is_held_as_left(replicas: list[Replica]) -> None:
    who = principal({"small": ModelLimits(requests_per_minute=60_000)})
    answers = passed(await replicas[0].burst(who, 500))
    headers = dict([answer.headers for answer in answers if answer.in_advance][-1])
    assert headers[b"x-ratelimit-limit-requests"] == b"60000"
    assert 59_400 <= int(headers[b"x-ratelimit-remaining-requests"]) <= 60_000


#: Replica, requests, whether it lets go of what it holds afterwards.
bursts = st.tuples(st.integers(0, 1), st.integers(1, 80), st.booleans())


@given(budget=st.sampled_from((6_000, 60_000, 600_000)), history=st.lists(bursts, min_size=1, max_size=12))
@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_whatever_happens_what_was_taken_is_what_was_used(
    settings: Settings, budget: int, history: list[tuple[int, int, bool]]
) -> None:
    asyncio.run(_play(settings, principal(budget=TokenBudget("month", budget)), history))


async def _play(settings: Settings, who: Principal, history: list[tuple[int, int, bool]]) -> None:
    cache = connect(settings.cache)
    await cache.flushall()
    replicas = [Replica(settings) for _ in range(2)]
    count = 0
    for number, requests, lets_go in history:
        count += len(passed(await replicas[number].burst(who, requests)))
        if lets_go:
            await replicas[number].give_back()
    for replica in replicas:
        await replica.give_back()
        await replica.link.close()
    assert await spent(cache) == count * USED <= (who.budget.tokens if who.budget else 0)
    await cache.aclose()
