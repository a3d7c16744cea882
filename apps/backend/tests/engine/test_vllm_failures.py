"""A vLLM that leaves, dies or falls silent at work. The order matters to time: each engine takes 20 s to start."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import pytest
from httpx2 import AsyncClient

from engine.records import Record
from engine.slot import EngineSlot
from gateway.jsontypes import Json
from harness.data_plane import CHAT, GatewayClient, RawStream, chat, client_of, contents, payloads
from harness.engine import ScriptedEngine, polite
from harness.gateway import GatewayProcess
from harness.processes import eventually
from harness.vllm import CONTEXT_TOKENS, SEQUENCES, Vllm

#: More than vLLM makes while a test looks.
_ENDLESS: Final[dict[str, Json]] = {"max_tokens": CONTEXT_TOKENS - 200, "ignore_eos": True}
_DEATHS: Final[dict[str, Callable[[Vllm], None]]] = {"is killed": Vllm.stop, "loses its engine core": Vllm.kill_core}


async def test_a_vllm_that_leaves_finishes_its_stream_and_its_successor_answers_who_waited(
    client: GatewayClient, vllm: Vllm, slot: EngineSlot, spare_port: int
) -> None:
    async with _second_engine(client, spare_port):
        stream = await client.open_stream(
            "tiny", max_tokens=3000, ignore_eos=True, stream_options={"include_usage": True}
        )
        await stream.until(b"data: ")
        vllm.terminate()
        await eventually(lambda: _refuses(vllm), "vLLM takes no new requests", pause=0.1)
        refused = await client.ask("tiny")
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "engine_failed")
        assert refused.headers["retry-after"] == "1"
        for number in range(6):
            assert (await client.ask("pair", prompt_cache_key=str(number))).status_code == 200
        answer = await stream.rest()
        assert b'"completion_tokens":3000' in answer
        assert b"data: [DONE]" in answer
    await client.engines_ready("tiny", 0)
    question = client.http.post(CHAT, json=chat("tiny", max_tokens=3), headers=client.headers, timeout=180)
    held = asyncio.create_task(question)
    await eventually(lambda: _held(client), "the request waits for an engine", pause=0.1)
    await asyncio.to_thread(vllm.wait)
    await asyncio.to_thread(slot.run, *vllm.flags)
    assert (await held).status_code == 200


@pytest.mark.parametrize("death", _DEATHS)
async def test_of_a_vllm_that_dies_begun_answers_end_with_an_error_and_others_go_elsewhere(
    client: GatewayClient, vllm: Vllm, spare_port: int, death: str
) -> None:
    begun = [await _endless_stream(client) for _ in range(SEQUENCES)]
    waiting = [asyncio.create_task(client.ask(model, stream=True, **_ENDLESS)) for model in ("tiny", "pair")]
    await eventually(lambda: _queues(vllm, len(waiting)), "vLLM lets two requests wait", pause=0.1)
    async with _second_engine(client, spare_port):
        _DEATHS[death](vllm)
        lost, moved = await asyncio.gather(*waiting)
    assert contents(payloads(moved.text)) == "t0 t1 t2 "
    assert lost.status_code in (502, 503)
    assert lost.json()["error"]["code"] == "engine_failed"
    for stream in begun:
        answer = await stream.rest()
        assert b'"engine_failed"' in answer
        assert b"[DONE]" not in answer
    vllm.stop()


@pytest.mark.parametrize("event", [Vllm.freeze, Vllm.terminate], ids=["falls silent", "leaves without time to finish"])
async def test_what_a_vllm_cannot_finish_ends_with_an_error(
    gateway: GatewayProcess, slot: EngineSlot, record_of: Record, event: Callable[[Vllm], None]
) -> None:
    """Asked to leave without time to finish, vLLM gives its answers up or just keeps silent."""
    vllm = await asyncio.to_thread(slot.run)
    async with client_of(gateway) as client:
        await client.engines_ready("tiny", 1)
        failures = await _failures(client)
        body = chat("tiny", stream=True, **_ENDLESS)
        async with client.http.stream("POST", CHAT, json=body, headers=client.headers) as answer:
            parts = answer.aiter_bytes()
            received = await anext(parts)
            event(vllm)
            received += b"".join([part async for part in parts])
        assert b'"engine_failed"' in received
        assert b"[DONE]" not in received
        assert await _failures(client) == failures + 1
    row = await record_of(answer)
    assert row["status"] == 502
    assert row["completion_tokens"] > 0
    vllm.thaw()


@asynccontextmanager
async def _second_engine(client: GatewayClient, port: int) -> AsyncIterator[None]:
    """Another engine for `pair`, which is no vLLM."""
    async with ScriptedEngine("pair", polite(), port):
        await client.engines_ready("pair", 2)
        yield


async def _endless_stream(client: GatewayClient) -> RawStream:
    stream = await client.open_stream("tiny", **_ENDLESS)
    await stream.until(b"data: ")
    return stream


async def _refuses(vllm: Vllm) -> bool:
    async with AsyncClient(base_url=vllm.url, trust_env=False) as direct:
        return (await direct.post(CHAT, json=chat("tiny", max_tokens=1))).status_code == 500


async def _failures(client: GatewayClient) -> float:
    reasons = ("silent", "status")
    return sum([await client.metric("ai_gateway_engine_failures_total", model="tiny", reason=each) for each in reasons])


async def _held(client: GatewayClient) -> bool:
    return await client.metric("ai_gateway_queued_requests", model="tiny") == 1


async def _queues(vllm: Vllm, count: int) -> bool:
    return vllm.metric("vllm:num_requests_waiting") == count
