"""Who passes whom at a busy model, and who is heard of when somebody gives up waiting."""

import asyncio
from dataclasses import replace

import pytest

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


async def test_a_request_counts_as_no_more_than_what_one_engine_takes() -> None:
    gate = Gate("m", _LIMITS)
    gate.resize(2)
    await gate.enter(_tenant(), 10)
    await gate.enter(_tenant("greedy"), 10_000_000)
    await gate.enter(_tenant(), 90)
    assert (gate.running, gate.waiting) == (3, 0)
    gate.leave(10_000_000, 1.0)
    await gate.enter(_tenant(), 100)


@pytest.mark.parametrize("who", ["large", "another"], ids=["of the same tenant", "of another tenant"])
async def test_a_request_that_does_not_fit_is_passed_by_smaller_ones(who: str) -> None:
    gate = Gate("m", _LIMITS)
    gate.resize(1)
    await gate.enter(_tenant(), 60)
    large = await _entering(gate, _tenant("large"), 60)
    await gate.enter(_tenant(who), 16)
    assert not large.done()
    gate.leave(16, 1.0)
    gate.leave(60, 1.0)
    await large


async def test_a_request_is_passed_by_no_more_than_it_asks_for_itself() -> None:
    gate = Gate("m", replace(_LIMITS, requests=100))
    gate.resize(1)
    await gate.enter(_tenant(), 60)
    large = await _entering(gate, _tenant("large"), 45)
    for _ in range(4):
        await gate.enter(_tenant("small"), 10)
        gate.leave(10, 1.0)
    held = await _entering(gate, _tenant("small"), 10)
    assert (large.done(), held.done(), gate.waiting) == (False, False, 2)
    gate.leave(60, 1.0)
    await asyncio.gather(large, held)


async def test_nobody_passes_into_the_last_place() -> None:
    gate = Gate("m", _LIMITS)
    gate.resize(1)
    await gate.enter(_tenant(), 1)
    await gate.enter(_tenant(), 1)
    large, small = await _entering(gate, _tenant("large"), 90), await _entering(gate, _tenant("small"), 1)
    gate.leave(1, 1.0)
    await large
    assert not small.done()


async def test_who_waits_behind_a_client_that_leaves_is_let_in() -> None:
    gate = Gate("m", _LIMITS)
    gate.resize(1)
    await gate.enter(_tenant(), 60)
    large, behind = await _entering(gate, _tenant("large"), 50), await _entering(gate, _tenant("small"), 40)
    await behind
    gate.leave(40, 1.0)
    held = await _entering(gate, _tenant("small"), 40)
    assert not held.done()
    large.cancel()
    await held


async def test_who_waits_behind_one_whose_time_is_over_is_let_in() -> None:
    gate = Gate("m", replace(_LIMITS, turn_s=0.2))
    gate.resize(1)
    await gate.enter(_tenant(), 60)
    large = await _entering(gate, _tenant("large"), 50)
    await gate.enter(_tenant("small"), 40)
    gate.leave(40, 1.0)
    await asyncio.sleep(0.1)
    held = await _entering(gate, _tenant("small"), 40)
    assert not held.done()
    await held
    with pytest.raises(RefusedError):
        await large


async def test_who_waits_behind_one_that_gave_way_in_a_full_queue_is_let_in() -> None:
    gate = Gate("m", replace(_LIMITS, waiting=1))
    gate.resize(1)
    await gate.enter(_tenant(), 60)
    large = await _entering(gate, _tenant("a", priority=5), 50)
    await gate.enter(_tenant("b", priority=1), 40)
    with pytest.raises(RefusedError):
        await large
