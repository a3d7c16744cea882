"""A request that vLLM refuses: the client gets vLLM's own words, in OpenAI's shape."""

import pytest
from httpx2 import AsyncClient
from openai import APIStatusError, AsyncOpenAI, BadRequestError, NotFoundError

from gateway.jsontypes import Json
from harness.data_plane import CHAT, GatewayClient, chat
from harness.vllm import CONTEXT_TOKENS, Vllm


@pytest.mark.parametrize(
    ("model", "fields", "error"),
    [
        ("tiny", {"messages": [{"role": "user", "content": "x" * CONTEXT_TOKENS}]}, BadRequestError),
        ("tiny", {"max_tokens": CONTEXT_TOKENS * 2}, BadRequestError),
        ("tiny", {"temperature": -1}, BadRequestError),
        ("tiny", {"n": 0}, BadRequestError),
        ("tiny", {"messages": "none"}, BadRequestError),
        ("tiny", {"response_format": {"type": "json_schema"}}, BadRequestError),
        ("misnamed", {}, NotFoundError),
    ],
    ids=["too long", "too much", "too cold", "no choices", "no messages", "no schema", "unknown model"],
)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_a_refusal_arrives_as_vllm_said_it(
    client: GatewayClient,
    openai: AsyncOpenAI,
    vllm: Vllm,
    model: str,
    fields: dict[str, Json],
    error: type[APIStatusError],
    stream: bool,
) -> None:
    body = {**chat(model, stream=stream, **fields)}
    with pytest.raises(error) as raised:
        await openai.post("/chat/completions", body=body, cast_to=object)
    async with AsyncClient(base_url=vllm.url, trust_env=False) as direct:
        own = await direct.post(CHAT, json=body)
    assert raised.value.response.status_code == own.status_code
    assert raised.value.response.content == own.content
    assert set(own.json()["error"]) >= {"message", "type", "code"}


async def test_a_refusal_costs_no_tokens(client: GatewayClient, vllm: Vllm) -> None:
    before = vllm.metric("vllm:prompt_tokens_total")
    used = await client.metric("ai_gateway_tokens_total", model="tiny", kind="prompt")
    assert (await client.ask("tiny", temperature=-1)).status_code == 400
    assert vllm.metric("vllm:prompt_tokens_total") == before
    assert await client.metric("ai_gateway_tokens_total", model="tiny", kind="prompt") == used


async def test_what_the_model_cannot_do_is_vllms_to_say(client: GatewayClient) -> None:
    answer = await client.http.post("/v1/embeddings", json={"model": "tiny", "input": "a"}, headers=client.headers)
    assert 400 <= answer.status_code < 500
    assert "error" in answer.json() or "detail" in answer.json()
