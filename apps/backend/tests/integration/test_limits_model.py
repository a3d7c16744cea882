"""Random histories against a model: on whichever replicas requests arrive, no more pass than the limits allow."""

import asyncio
from dataclasses import dataclass, field
from typing import TypeAlias

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gateway.contracts import ModelLimits, Reservation
from gateway.limits.limiter import RedisLimiter
from gateway.limits.script import LimitScript
from gateway.redis_link import RedisLink
from gateway.settings import Settings
from harness.principals import principal

KEY = "limits:ten_test:small"

#: ("ask", replica, prompt tokens, completion tokens), ("settle", which of the running ones, tokens used), ("wait", s).
Step: TypeAlias = tuple[str, int, int, int]

asks = st.tuples(st.just("ask"), st.integers(0, 2), st.integers(0, 40), st.integers(0, 40))
settles = st.tuples(st.just("settle"), st.integers(0, 9), st.integers(0, 120), st.just(0))
waits = st.tuples(st.just("wait"), st.integers(1, 90), st.just(0), st.just(0))
histories = st.lists(st.one_of(asks, asks, asks, settles, waits), min_size=12, max_size=40)
limits = st.builds(ModelLimits, st.integers(0, 6), st.sampled_from((0, 60, 200, 2000)), st.sampled_from((0, 1, 3, 50)))


@dataclass
class Model:
    """What passed so far. Real time is only ever added to what may pass, so a slow machine proves less, never wrong."""

    limits: ModelLimits
    waited_s: float = 0
    passed: int = 0
    tokens: int = 0
    refused_last: bool = False
    running: list[Reservation] = field(default_factory=list)

    def most_requests(self, slack_s: float) -> float:
        limit = self.limits.requests_per_minute or 0
        return limit + limit * (self.waited_s + slack_s) / 60

    def most_tokens(self, slack_s: float) -> float:
        limit = self.limits.tokens_per_minute or 0
        return limit + limit * (self.waited_s + slack_s) / 60


class NoLedger:
    async def spent(self, tenant_id: str, since: object) -> int:
        raise AssertionError("nobody here has a budget")


@given(limits=limits, history=histories)
@hypothesis_settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_no_history_passes_more_than_the_limits_allow(
    settings: Settings, limits: ModelLimits, history: list[Step]
) -> None:
    asyncio.run(_play(settings, limits, history))


async def _play(settings: Settings, limits: ModelLimits, history: list[Step]) -> None:
    links = [RedisLink(settings.cache) for _ in range(3)]
    replicas = [RedisLimiter(LimitScript(link), NoLedger(), "deny") for link in links]
    await links[0].call("FLUSHALL")
    started = asyncio.get_running_loop().time()
    model = Model(limits)
    try:
        for step in history:
            await _step(model, replicas, links[0], step)
            slack_s = asyncio.get_running_loop().time() - started + 0.1
            assert model.passed <= model.most_requests(slack_s)
            # Only asking must stay below the limit: an answer may use more than was estimated, and is paid for later.
            assert step[0] != "ask" or model.refused_last or model.tokens <= model.most_tokens(slack_s)
            assert len(model.running) <= (limits.concurrency or 0)
    finally:
        for link in links:
            await link.close()


async def _step(model: Model, replicas: list[RedisLimiter], link: RedisLink, step: Step) -> None:
    verb, first, second, third = step
    if verb == "wait":
        model.waited_s += first
        if await link.call("EXISTS", KEY):
            await link.call("HINCRBYFLOAT", KEY, "at", str(-first * 1000))
    elif verb == "ask":
        await _ask(model, replicas[first], second, third)
    elif model.running:
        reservation = model.running.pop(first % len(model.running))
        replicas[0].settle(reservation, second)
        await replicas[0].reserve(principal({"x": ModelLimits(1000)}, tenant_id="behind"), "x", 0)
        model.tokens += second - reservation.tokens


async def _ask(model: Model, replica: RedisLimiter, prompt: int, completion: int) -> None:
    who = principal({"small": model.limits})
    had = (model.passed, model.tokens, len(model.running))
    answer = await replica.reserve(who, "small", prompt + completion)
    model.refused_last = not isinstance(answer, Reservation)
    if isinstance(answer, Reservation):
        model.passed += 1
        model.tokens += prompt + completion
        model.running.append(answer)
        return
    fits = (
        had[0] + 1 <= (model.limits.requests_per_minute or 0)
        and had[1] + prompt + completion <= (model.limits.tokens_per_minute or 0)
        and had[2] < (model.limits.concurrency or 0)
    )
    assert not fits, f"refused although it fits: {answer.message}"
