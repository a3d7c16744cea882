"""What an answer costs: the client, PostgreSQL and vLLM itself say the same."""

from typing import Final

import orjson
import pytest

from engine.records import Record, records_in
from gateway.jsontypes import Json
from harness.data_plane import CHAT, GatewayClient, chat, payloads
from harness.environment import Servers
from harness.processes import eventually
from harness.vllm import Vllm

_TOKENS: Final = 30
_BODIES: Final[dict[str, dict[str, Json]]] = {
    CHAT: chat("tiny"),
    "/v1/completions": {"model": "tiny", "prompt": "Say something."},
}
_MODES: Final[dict[str, dict[str, Json]]] = {
    "whole": {},
    "streamed": {"stream": True},
    "streamed without usage": {"stream": True, "stream_options": {"include_usage": False}},
    "streamed with usage": {"stream": True, "stream_options": {"include_usage": True}},
    "streamed with usage in every chunk": {
        "stream": True,
        "stream_options": {"include_usage": True, "continuous_usage_stats": True},
    },
}
_SHOWN: Final = ("whole", "streamed with usage", "streamed with usage in every chunk")


@pytest.mark.parametrize("path", _BODIES)
@pytest.mark.parametrize("mode", _MODES)
@pytest.mark.parametrize("choices", [1, 3])
async def test_client_database_and_engine_count_the_same(
    client: GatewayClient, vllm: Vllm, record_of: Record, path: str, mode: str, choices: int
) -> None:
    prompt_before, completion_before = _counted(vllm)
    body = {**_BODIES[path], **_MODES[mode], "n": choices, "max_tokens": _TOKENS, "ignore_eos": True}
    answer = await client.http.post(path, json=body, headers=client.headers)
    row = await record_of(answer)
    prompt, completion = row["prompt_tokens"], _TOKENS * choices
    assert (row["status"], row["stream"], row["completion_tokens"]) == (200, "stream" in body, completion)
    assert [(shown["prompt_tokens"], shown["completion_tokens"]) for shown in _usages(answer.text)[-1:]] == (
        [(prompt, completion)] if mode in _SHOWN else []
    )

    async def vllm_agrees() -> bool:  # each choice is a request of its own to its engine
        return _counted(vllm) == (prompt_before + prompt * choices, completion_before + completion)

    await eventually(vllm_agrees, f"vLLM counts {prompt * choices} and {completion} tokens more", pause=0.1)


@pytest.mark.parametrize("choices", [1, 2])
@pytest.mark.parametrize("path", _BODIES)
async def test_a_stream_that_the_client_cuts_is_recorded_as_vllm_counted_it(
    client: GatewayClient, engine_servers: Servers, path: str, choices: int
) -> None:
    body = {**_BODIES[path], "n": choices, "stream": True, "max_tokens": 2_000, "ignore_eos": True}
    whole = await client.http.post(path, json={**body, "stream": False, "max_tokens": 1}, headers=client.headers)
    frames = 0
    async with client.http.stream("POST", path, json=body, headers=client.headers) as answer:
        async for line in answer.aiter_lines():
            assert '"usage"' not in line
            frames += line.startswith("data: ")
            if frames == 40:
                break
    row = await records_in(engine_servers)(answer)
    assert (row["status"], row["prompt_tokens"]) == (499, whole.json()["usage"]["prompt_tokens"])
    assert row["completion_tokens"] >= 40 - 2 * choices


async def test_a_prompt_that_vllm_knows_is_recorded_as_cached(client: GatewayClient, record_of: Record) -> None:
    question = "A prompt of several blocks of the cache. " * 20
    for _ in range(2):
        answer = await client.ask("tiny", messages=[{"role": "user", "content": question}], max_tokens=1)
    details = answer.json()["usage"]["prompt_tokens_details"]
    row = await record_of(answer)
    assert row["cached_tokens"] == details["cached_tokens"] > 0


def _counted(vllm: Vllm) -> tuple[float, float]:
    """Tokens of prompts and of answers since it started."""
    return vllm.metric("vllm:prompt_tokens_total"), vllm.metric("vllm:generation_tokens_total")


def _usages(answer: str) -> list[dict[str, int]]:
    """Every usage that the client is shown."""
    documents = [orjson.loads(text) for text in payloads(answer) or [answer] if text != "[DONE]"]
    return [document["usage"] for document in documents if document.get("usage")]
