"""Clients that leave in the middle of an answer."""

import asyncio

import pytest

from harness.data_plane import GatewayClient
from harness.processes import eventually
from harness.vllm import CONTEXT_TOKENS, SEQUENCES, Vllm

#: More than vLLM makes while a test looks.
_ENDLESS = {"max_tokens": CONTEXT_TOKENS - 200, "ignore_eos": True}


async def test_a_client_that_leaves_makes_vllm_stop(client: GatewayClient, vllm: Vllm) -> None:
    made = vllm.metric("vllm:generation_tokens_total")
    stream = await client.open_stream("tiny", **_ENDLESS)
    await stream.until(b"data: ")
    assert vllm.metric("vllm:num_requests_running") == 1
    stream.leave()
    await _idle(vllm)
    assert 0 < vllm.metric("vllm:generation_tokens_total") - made < _ENDLESS["max_tokens"]


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_client_that_leaves_while_it_waits_in_vllm_leaves_its_queue(
    client: GatewayClient, vllm: Vllm, streamed: bool
) -> None:
    running = [await client.open_stream("tiny", **_ENDLESS) for _ in range(SEQUENCES)]
    await asyncio.gather(*(stream.until(b"data: ") for stream in running))
    waiting = asyncio.create_task(client.ask("tiny", stream=streamed, **_ENDLESS))
    await _waiting(vllm, 1)
    waiting.cancel()
    await _waiting(vllm, 0)
    assert vllm.metric("vllm:num_requests_running") == SEQUENCES
    for stream in running:
        stream.leave()
    await _idle(vllm)


async def _waiting(vllm: Vllm, count: int) -> None:
    async def waits() -> bool:
        return vllm.metric("vllm:num_requests_waiting") == count

    await eventually(waits, f"{count} requests wait in vLLM", pause=0.1)


async def _idle(vllm: Vllm) -> None:
    async def idle() -> bool:
        return vllm.metric("vllm:num_requests_running") == 0

    await eventually(idle, "nothing runs in vLLM", pause=0.1)
