"""Answers of any size pass; what a client chose to ask for is no failure of the engine that gave it."""

import asyncio

import orjson
import pytest
from httpx2 import RemoteProtocolError

from gateway.jsontypes import Json, JsonObject
from harness.data_plane import GatewayClient, payloads, running
from harness.engine import (
    MakeEngines,
    Script,
    begin_stream,
    event,
    finished,
    polite,
    raw,
    reset,
    send,
    silent,
    usage,
    whole,
)
from harness.processes import eventually
from harness.wire import EngineRequest

_PROMPT = 32_768
#: Log probabilities of an echoed prompt with five alternatives each, over 4.6 MiB of JSON.
_LOGPROBS: JsonObject = {
    "tokens": ["word"] * _PROMPT,
    "top_logprobs": [{f"another alternative {n}": -n - 0.123456 for n in range(5)}] * _PROMPT,
}
_CHOICES: Json = [{"index": 0, "text": "a", "logprobs": _LOGPROBS, "finish_reason": "length"}]
_ECHO: JsonObject = {"id": "x", "object": "text_completion", "choices": _CHOICES}
_COUNTED = usage(_PROMPT, 1)
_DONE = b"data: [DONE]\n\n"


async def _failures(client: GatewayClient, model: str) -> float:
    """Of engines, and requests that went to a second one."""
    reasons = ("refused", "reset", "silent", "malformed", "status")
    found = [await client.metric("ai_gateway_engine_failures_total", model=model, reason=reason) for reason in reasons]
    return sum(found) + await client.metric("ai_gateway_retries_total", model=model)


async def _prompt_tokens(client: GatewayClient, model: str) -> float:
    return await client.metric("ai_gateway_tokens_total", model=model, kind="prompt")


async def test_a_frame_of_any_length_passes_and_opens_no_circuit(client: GatewayClient, engines: MakeEngines) -> None:
    frame, report = event({**_ECHO, "usage": _COUNTED}), event({"id": "x", "choices": [], "usage": _COUNTED})
    assert len(frame) > 4.6 * 1024 * 1024
    pair = engines("pair", *[raw(frame, report, _DONE, b"", then=finished)] * 2)
    failures, prompt_tokens = await _failures(client, "pair"), await _prompt_tokens(client, "pair")
    async with running(client, *pair):
        for _ in range(3):
            answer = await client.ask("pair", stream=True)
            assert answer.content == event(_ECHO) + _DONE
        assert await client.metric("ai_gateway_engines", model="pair", state="ready") == 2
    assert sum(len(engine.requests) for engine in pair) == 3
    assert await _failures(client, "pair") == failures
    assert await _prompt_tokens(client, "pair") == prompt_tokens + 3 * _PROMPT


async def test_an_engine_that_dies_in_a_frame_that_the_client_has_begun_to_read_cuts_it(
    client: GatewayClient, engines: MakeEngines
) -> None:
    frame = event(_ECHO)
    async with running(client, *engines("solo", raw(frame[:3_000_000], then=reset, pause_s=0.2))):
        with pytest.raises(RemoteProtocolError):
            await client.ask("solo", stream=True)


def _answer() -> bytes:
    return orjson.dumps({**_ECHO, "usage": _COUNTED, "prompt_logprobs": None})


async def test_an_answer_that_takes_too_long_is_no_failure_of_an_engine_that_answers_others(
    client: GatewayClient, engines: MakeEngines
) -> None:
    async def selective(request: EngineRequest, writer: asyncio.StreamWriter) -> None:
        await (silent if request.document.get("user") == "patient" else polite())(request, writer)

    pair = engines("pair", *[selective] * 2)
    failures = await _failures(client, "pair")
    async with running(client, *pair):
        endless = asyncio.create_task(client.ask("pair", user="patient", prompt_cache_key="one"))
        while not endless.done():
            assert (await client.ask("pair", prompt_cache_key="one")).status_code == 200
            await asyncio.sleep(0.2)
        answer = await endless
    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "answer_too_slow")
    assert sum(request.document.get("user") == "patient" for engine in pair for request in engine.requests) == 1
    assert await _failures(client, "pair") == failures


async def test_an_answer_of_any_size_passes_and_is_counted(client: GatewayClient, engines: MakeEngines) -> None:
    before = await _prompt_tokens(client, "solo")
    async with running(client, *engines("solo", whole(200, _answer()))):
        answer = await client.ask("solo")
    assert answer.content == _answer()
    assert answer.headers["content-type"] == "application/json"
    assert await _prompt_tokens(client, "solo") == before + _PROMPT


async def test_a_refusal_of_any_size_is_the_engines_own(client: GatewayClient, engines: MakeEngines) -> None:
    refusal = orjson.dumps({"error": {"message": "x" * 1_000_000, "code": 400}})
    async with running(client, *engines("solo", whole(400, refusal))):
        for stream in (False, True):
            answer = await client.ask("solo", stream=stream)
            assert (answer.status_code, answer.content) == (400, refusal)
            assert answer.headers["content-type"] == "application/json"


async def test_a_large_answer_that_is_cut_is_no_complete_one(client: GatewayClient, engines: MakeEngines) -> None:
    async def cut(_: EngineRequest, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(_answer())}\r\n\r\n"
        writer.write(head.encode() + _answer()[:2_000_000])
        await writer.drain()
        await asyncio.sleep(0.2)
        raise ConnectionResetError

    async with running(client, *engines("solo", cut)):
        with pytest.raises(RemoteProtocolError):
            await client.ask("solo")


def _until_the_report(tokens: int, prompt_tokens: int, per_frame: int) -> Script:
    """A stream whose frames carry several tokens each, and that stands still before its last frames."""

    async def script(_: EngineRequest, writer: asyncio.StreamWriter) -> None:
        await begin_stream(writer)
        for number in range(per_frame, tokens + 1, per_frame):
            choices: Json = [{"index": 0, "delta": {"content": f"t{number} "}}]
            await send(writer, event({"id": "x", "choices": choices, "usage": usage(prompt_tokens, number)}))
        await asyncio.Event().wait()

    return script


async def test_a_stream_that_the_client_cuts_is_recorded_as_the_engine_counted_it(
    client: GatewayClient, engines: MakeEngines
) -> None:
    async def tokens(kind: str) -> float:
        return await client.metric("ai_gateway_tokens_total", model="solo", kind=kind)

    before = await tokens("prompt"), await tokens("completion")
    async with running(client, *engines("solo", _until_the_report(40, 1234, 4))):
        stream = await client.open_stream("solo")
        frames = payloads(await stream.until(b"t40 "))
        assert not any("usage" in frame for frame in frames)
        stream.leave()

        async def counted() -> bool:
            return (await tokens("prompt"), await tokens("completion")) == (before[0] + 1234, before[1] + 40)

        await eventually(counted, "the engine's own count is recorded")


async def test_a_client_that_asks_for_running_usage_sees_it(client: GatewayClient, engines: MakeEngines) -> None:
    options: Json = {"include_usage": True, "continuous_usage_stats": True}
    async with running(client, *engines("solo")):
        answer = await client.ask("solo", stream=True, stream_options=options)
    counts = [orjson.loads(frame)["usage"]["completion_tokens"] for frame in payloads(answer.text)[:-1]]
    assert counts == [1, 2, 3, 3]
