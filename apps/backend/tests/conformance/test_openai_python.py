"""The official Python client works unchanged."""

import time

import orjson
import pytest
from openai import AuthenticationError, BadRequestError, NotFoundError, OpenAI, RateLimitError
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam

from harness.environment import FIRST_KEY
from harness.gateway import GatewayProcess

QUESTION: list[ChatCompletionMessageParam] = [{"role": "user", "content": "2+2?"}]
TOOL: ChatCompletionToolParam = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}


def test_chat(openai: OpenAI) -> None:
    completion = openai.chat.completions.create(model="small", messages=QUESTION)
    assert completion.choices[0].message.content == "four"
    assert completion.usage is not None
    assert completion.usage.total_tokens == 7


def test_streaming_without_usage_shows_none(openai: OpenAI) -> None:
    with openai.chat.completions.create(model="small", messages=QUESTION, stream=True) as stream:
        chunks = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "four"
    assert all(chunk.usage is None for chunk in chunks)


def test_streaming_with_usage_ends_with_it(openai: OpenAI) -> None:
    with openai.chat.completions.create(
        model="small", messages=QUESTION, stream=True, stream_options={"include_usage": True}
    ) as stream:
        last = list(stream)[-1]
    assert last.choices == []
    assert last.usage is not None
    assert (last.usage.prompt_tokens, last.usage.completion_tokens) == (5, 2)


def test_tools(openai: OpenAI) -> None:
    completion = openai.chat.completions.create(model="small", messages=QUESTION, tools=[TOOL])
    [call] = completion.choices[0].message.tool_calls or []
    assert call.type == "function"
    assert (call.function.name, orjson.loads(call.function.arguments)) == ("weather", {"city": "Oslo"})


def test_streamed_tool_calls_are_reassembled(openai: OpenAI) -> None:
    with openai.chat.completions.stream(model="small", messages=QUESTION, tools=[TOOL]) as stream:
        completion = stream.get_final_completion()
    [call] = completion.choices[0].message.tool_calls or []
    assert call.type == "function"
    assert call.function.arguments == '{"city":"Oslo"}'


def test_json_mode(openai: OpenAI) -> None:
    completion = openai.chat.completions.create(
        model="small", messages=QUESTION, response_format={"type": "json_object"}
    )
    assert orjson.loads(completion.choices[0].message.content or "") == {"answer": 4}


def test_completions(openai: OpenAI) -> None:
    assert openai.completions.create(model="small", prompt="2+2=").choices[0].text == "four"


def test_embeddings(openai: OpenAI) -> None:
    found = openai.embeddings.create(model="small", input=["a", "b"], encoding_format="float")
    assert [row.embedding for row in found.data] == [[0.5, -1.0, 2.0]] * 2


def test_models(openai: OpenAI) -> None:
    assert [model.id for model in openai.models.list()] == ["small"]
    assert openai.models.retrieve("small").id == "small"


def test_an_unknown_model_is_not_found(openai: OpenAI) -> None:
    with pytest.raises(NotFoundError) as raised:
        openai.chat.completions.create(model="imaginary", messages=QUESTION)
    assert raised.value.code == "model_not_found"


def test_an_engine_s_complaint_arrives_as_it_is(openai: OpenAI) -> None:
    with pytest.raises(BadRequestError, match="temperature is too high"):
        openai.chat.completions.create(model="small", messages=QUESTION, temperature=9)


def test_a_wrong_key_is_an_authentication_error(openai: OpenAI) -> None:
    with pytest.raises(AuthenticationError) as raised:
        openai.with_options(api_key="sk-wrong").models.list()
    assert raised.value.code == "invalid_api_key"


def test_a_rate_limit_is_a_rate_limit_error_and_retries_wait_as_told(
    openai: OpenAI, conforming_gateway: GatewayProcess
) -> None:
    admin = conforming_gateway.run("admin", "tenant", "create", "limited")
    tenant = orjson.loads(admin.stdout)["id"]
    secret = orjson.loads(conforming_gateway.run("admin", "key", "issue", tenant, "k").stdout)["secret"]
    limit = ("admin", "limits", "set", tenant, "small", "--requests-per-minute", "60")
    assert conforming_gateway.run(*limit).returncode == 0
    limited = openai.with_options(api_key=secret, max_retries=0)
    with pytest.raises(RateLimitError) as raised:
        _ask_often(limited)
    assert raised.value.code == "rate_limit_exceeded"
    assert 0 < float(raised.value.response.headers["retry-after-ms"]) <= 1000
    patient = openai.with_options(api_key=secret, max_retries=5)
    assert patient.chat.completions.create(model="small", messages=QUESTION).choices[0].message.content == "four"


def _ask_often(client: OpenAI) -> None:
    for _ in range(200):
        client.chat.completions.create(model="small", messages=QUESTION)


def test_files(openai: OpenAI) -> None:
    file = openai.files.create(file=("a.jsonl", b"{}\n"), purpose="batch")
    assert (file.filename, file.bytes, file.purpose) == ("a.jsonl", 3, "batch")
    assert openai.files.content(file.id).content == b"{}\n"
    assert file.id in [found.id for found in openai.files.list()]
    assert openai.files.delete(file.id).deleted
    with pytest.raises(NotFoundError):
        openai.files.retrieve(file.id)


def test_batches_run_through_the_engine(openai: OpenAI) -> None:
    lines = [
        {
            "custom_id": f"c{number}",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"model": "small" if number else "imaginary", "messages": QUESTION},
        }
        for number in range(12)
    ]
    content = b"\n".join(orjson.dumps(line) for line in lines)
    file = openai.files.create(file=("in.jsonl", content), purpose="batch")
    batch = openai.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", metadata={"who": "test"}
    )
    deadline = time.monotonic() + 60
    while batch.status not in ("completed", "failed") and time.monotonic() < deadline:
        time.sleep(0.1)
        batch = openai.batches.retrieve(batch.id)
    assert batch.status == "completed"
    assert batch.request_counts is not None
    assert (batch.request_counts.completed, batch.request_counts.failed) == (11, 1)
    rows = [orjson.loads(row) for row in openai.files.content(batch.output_file_id or "").content.splitlines()]
    assert {row["response"]["body"]["choices"][0]["message"]["content"] for row in rows} == {"four"}
    [failed] = openai.files.content(batch.error_file_id or "").content.splitlines()
    assert orjson.loads(failed)["response"]["status_code"] == 404
    assert batch.id in [found.id for found in openai.batches.list()]


def test_the_first_key_may_do_everything(openai: OpenAI) -> None:
    usage = openai.get("/usage", cast_to=list[dict[str, object]])
    assert usage == [] or usage[0]["group"] == "total"
    assert openai.api_key == FIRST_KEY
