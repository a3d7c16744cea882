"""Admission to a model: within its means, in turn, and never lost count of."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.admission.gate import Gate, GateLimits
from gateway.contracts import Principal
from gateway.errors import RefusedError
from harness.principals import principal

_LIMITS = GateLimits(requests=2, tokens=100, waiting=3, turn_s=20, cold_s=20)


def _tenant(name: str = "one", priority: int = 1) -> Principal:
    return replace(principal(tenant_id=name), priority=priority)


async def _entering(gate: Gate, who: Principal, tokens: int = 1) -> asyncio.Task[None]:
    task = asyncio.create_task(gate.enter(who, tokens))
    await asyncio.sleep(0)
    return task


async def test_an_idle_model_takes_a_request_of_any_size() -> None:
    gate = Gate("m", _LIMITS)
    gate.resize(1)
    await gate.enter(_tenant(), 10_000)
    assert gate.running == 1


async def test_tokens_in_flight_are_limited_not_only_requests() -> None:
    gate = Gate("m", _LIMITS)
    gate.resize(1)
    await gate.enter(_tenant(), 60)
    second = await _entering(gate, _tenant(), 60)
    assert (gate.running, gate.waiting) == (1, 1)
    gate.leave(60, 1.0)
    await second
    assert (gate.running, gate.waiting) == (1, 0)


async def test_a_new_engine_lets_the_waiting_in() -> None:
    gate = Gate("m", _LIMITS)
    waiting = [await _entering(gate, _tenant()) for _ in range(3)]
    assert gate.waiting == 3
    gate.resize(1)
    await asyncio.gather(*waiting[:2])
    assert (gate.running, gate.waiting) == (2, 1)
    gate.resize(2)
    await waiting[2]


async def test_the_better_class_goes_first() -> None:
    gate = Gate("m", _LIMITS)
    batch = await _entering(gate, _tenant("batch", priority=9), 100)
    live = await _entering(gate, _tenant("live", priority=1), 100)
    gate.resize(1)
    await live
    assert not batch.done()
    gate.leave(100, 1.0)
    await batch


async def test_a_full_queue_refuses_whoever_has_most_waiting() -> None:
    gate = Gate("m", _LIMITS)
    greedy = [await _entering(gate, _tenant("greedy")) for _ in range(3)]
    with pytest.raises(RefusedError):
        gate.refuse_if_full(_tenant("greedy"))
    gate.refuse_if_full(_tenant("polite"))
    polite = await _entering(gate, _tenant("polite"))
    await asyncio.sleep(0)
    assert greedy[2].done()
    with pytest.raises(RefusedError):
        await greedy[2]
    gate.resize(2)
    await asyncio.gather(polite, *greedy[:2])


_STEPS = st.sampled_from(["enter", "leave", "cancel", "more", "less"])


@given(st.lists(st.tuples(_STEPS, st.sampled_from([0, 0, 1, 3])), max_size=60))
@settings(max_examples=300, deadline=None)
async def test_whatever_happens_and_however_fast_the_count_is_right(steps: list[tuple[str, int]]) -> None:
    gate = Gate("m", _LIMITS)
    engines, tasks, inside = 1, list[asyncio.Task[int]](), list[int]()
    gate.resize(engines)
    for step, turns_of_the_loop in steps:
        if step == "enter":
            tasks.append(asyncio.create_task(_enter(gate, len(tasks) * 17 % 120)))
        elif step == "leave" and inside:
            gate.leave(inside.pop(), 0.1)
        elif step == "cancel" and tasks:
            tasks[len(tasks) // 2].cancel()
        elif step in ("more", "less"):
            engines = max(0, engines + (1 if step == "more" else -1))
            gate.resize(engines)
        for _ in range(turns_of_the_loop):
            await asyncio.sleep(0)
        done = [task for task in tasks if task.done()]
        inside += [task.result() for task in done if not task.cancelled() and task.exception() is None]
        tasks = [task for task in tasks if not task.done()]
        assert gate.waiting <= _LIMITS.waiting
    for task in tasks:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} <= {int, asyncio.CancelledError, RefusedError}
    inside += [outcome for outcome in outcomes if isinstance(outcome, int)]
    assert (gate.waiting, gate.running) == (0, len(inside))
    for tokens in inside:
        gate.leave(tokens, 0.1)
    gate.resize(1)
    await asyncio.gather(gate.enter(_tenant(), 50), gate.enter(_tenant(), 50))


async def _enter(gate: Gate, tokens: int) -> int:
    await gate.enter(_tenant(), tokens)
    return tokens
