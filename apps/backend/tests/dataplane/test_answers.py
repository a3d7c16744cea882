"""What a client sees of an answer, and what an engine sees of a request."""

from collections.abc import AsyncIterator

import orjson
import pytest

from harness.data_plane import CHAT, GatewayClient, chat, contents, payloads, running
from harness.engine import MakeEngines, finished, raw, token, whole

#: What the gateway asks for, whatever the client does.
COUNTED = {"include_usage": True, "continuous_usage_stats": True}


async def test_an_answer_arrives_whole_and_unchanged(client: GatewayClient, engines: MakeEngines) -> None:
    (engine,) = engines("solo")
    async with running(client, engine):
        answer = await client.ask("solo", temperature=0.25, unknown_field={"kept": [1, None]})
    assert answer.status_code == 200
    assert answer.json()["choices"][0]["message"]["content"] == "t0 t1 t2 "
    assert answer.headers["x-request-id"].startswith("req-")
    assert engine.requests[0].document["unknown_field"] == {"kept": [1, None]}
    assert "authorization" not in engine.requests[0].headers


async def test_a_stream_without_include_usage_shows_no_usage(client: GatewayClient, engines: MakeEngines) -> None:
    (engine,) = engines("solo")
    async with running(client, engine):
        answer = await client.ask("solo", stream=True)
    frames = payloads(answer.text)
    assert contents(frames) == "t0 t1 t2 "
    assert frames[-1] == "[DONE]"
    assert not any("usage" in frame for frame in frames)
    assert engine.requests[0].document["stream_options"] == COUNTED


async def test_c171_a_stream_with_include_usage_ends_with_usage(client: GatewayClient, engines: MakeEngines) -> None:
    async with running(client, *engines("solo")):
        answer = await client.ask("solo", stream=True, stream_options={"include_usage": True})
    assert orjson.loads(payloads(answer.text)[-2])["usage"]["total_tokens"] == 10


async def test_null_stream_options_still_count_tokens(client: GatewayClient, engines: MakeEngines) -> None:
    (engine,) = engines("solo")
    async with running(client, engine):
        answer = await client.ask("solo", stream=True, stream_options=None)
    assert answer.status_code == 200
    assert engine.requests[0].document["stream_options"] == COUNTED


async def test_c157_c171_frames_pass_unchanged_however_the_network_cuts_them(
    client: GatewayClient, engines: MakeEngines
) -> None:
    sent = b"".join(token(f"piece {number} \xc3\xa4".encode().decode()) for number in range(50)) + b": a comment\n\n"
    pieces = [sent[start : start + 7] for start in range(0, len(sent), 7)]
    (engine,) = engines("solo", raw(*pieces, b"data: [DONE]\n\n", b"", then=finished))
    async with running(client, engine):
        answer = await client.ask("solo", stream=True)
    assert answer.content == sent + b"data: [DONE]\n\n"


async def test_an_error_of_the_request_is_the_engines_own_and_not_retried(
    client: GatewayClient, engines: MakeEngines
) -> None:
    refusal = b'{"error":{"message":"too long","type":"BadRequestError","param":null,"code":400}}'
    pair = engines("pair", whole(400, refusal), whole(400, refusal))
    async with running(client, *pair):
        answer = await client.ask("pair")
    assert (answer.status_code, answer.content) == (400, refusal)
    assert sum(len(engine.requests) for engine in pair) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "invalid_json"),
        (b"{", 400, "invalid_json"),
        (b"[]", 400, "invalid_json"),
        (b'{"messages":[]}', 400, "missing_model"),
        (b'{"model":7}', 400, "missing_model"),
        (b'{"model":"solo","stream":"yes"}', 400, "invalid_stream"),
        (b'{"model":"solo","stream":true,"stream_options":1}', 400, "invalid_stream_options"),
        (b'{"model":"solo","max_tokens":-1}', 400, "invalid_max_tokens"),
        (b'{"model":"nobody"}', 404, "model_not_found"),
        (b'{"model":"solo","messages":"' + b"x" * 1_000_000 + b'"}', 413, "body_too_large"),
        (b'{"model":"\xff"}', 400, "invalid_json"),
    ],
)
async def test_a_body_that_makes_no_sense_is_refused_in_openais_shape(
    client: GatewayClient, body: bytes, status: int, code: str
) -> None:
    answer = await client.http.post(CHAT, content=body, headers=client.headers)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["message"]


async def test_a_body_without_a_length_is_held_to_the_same_size(client: GatewayClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 50_000

    answer = await client.http.post(CHAT, content=endless(), headers=client.headers)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "path", ["/tokenize", "/metrics/x", "/v1/score", "/invocations", "/pause", "/v1/load_lora_adapter"]
)
async def test_c178_nothing_else_of_an_engine_can_be_reached(
    client: GatewayClient, engines: MakeEngines, path: str
) -> None:
    (engine,) = engines("solo")
    async with running(client, engine):
        answer = await client.http.post(path, json={"model": "solo"}, headers=client.headers)
    assert answer.status_code == 404
    assert not engine.requests


async def test_other_methods_are_refused(client: GatewayClient) -> None:
    answer = await client.http.get(CHAT, headers=client.headers)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer nobody", "Basic abc"])
async def test_without_a_valid_key_nothing_is_answered(client: GatewayClient, header: str | None) -> None:
    headers = {"authorization": header} if header else {}
    answer = await client.http.post(CHAT, json=chat("solo"), headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "authentication_error"


async def test_the_operations_do_not_answer_callers_from_outside(client: GatewayClient) -> None:
    for path in ("/metrics", "/health/drain", "/ready", "/health"):
        answer = await client.http.get(path, headers={"x-forwarded-for": "203.0.113.7"})
        assert answer.status_code == 404


async def test_the_trace_of_the_client_goes_on_in_the_engine(client: GatewayClient, engines: MakeEngines) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    (engine,) = engines("solo")
    async with running(client, engine):
        await client.http.post(CHAT, json=chat("solo"), headers={**client.headers, "traceparent": trace})
    assert engine.requests[0].headers["traceparent"].split("-")[1] == trace.split("-")[1]


async def test_embeddings_report_their_tokens(client: GatewayClient, engines: MakeEngines) -> None:
    body = b'{"object":"list","data":[],"usage":{"prompt_tokens":5,"total_tokens":5}}'
    before = await client.metric("ai_gateway_tokens_total", model="solo", kind="prompt")
    async with running(client, *engines("solo", whole(200, body))):
        answer = await client.http.post(
            "/v1/embeddings", json={"model": "solo", "input": ["a", "b"]}, headers=client.headers
        )
    assert answer.content == body
    assert await client.metric("ai_gateway_tokens_total", model="solo", kind="prompt") == before + 5
