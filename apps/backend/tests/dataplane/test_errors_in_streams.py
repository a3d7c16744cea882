"""Engines that say in an answer of status 200 that they failed; a stream ends with `[DONE]` all the same."""

import orjson
import pytest

from harness.data_plane import GatewayClient, contents, payloads, running
from harness.engine import MakeEngines, Script, event, finished, polite, raw, token, whole

_ONE = token("one ")
_DONE = b"data: [DONE]\n\n"
#: The last words of a vLLM whose engine process died.
_ERROR = event({"error": {"message": "EngineCore encountered an issue.", "type": "InternalServerError", "code": 500}})
#: And of one that has no more time to finish.
_ABORTED = event({"id": "x", "choices": [{"index": 0, "delta": {}, "finish_reason": "abort"}]})
_PARTIAL = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"o"},"finish_reason":"abort"}]}'


@pytest.mark.parametrize(
    ("fault", "stream"),
    [
        (raw(_ERROR + _DONE, b"", then=finished), True),
        (raw(_ABORTED, _DONE, b"", then=finished), True),
        (whole(200, _PARTIAL), False),
    ],
    ids=["error in a stream", "aborted stream", "aborted answer"],
)
async def test_before_the_first_token_another_engine_answers(
    client: GatewayClient, engines: MakeEngines, fault: Script, stream: bool
) -> None:
    bad, good = engines("pair", fault, polite(tokens=2))
    async with running(client, bad, good):
        for number in range(20):
            answer = await client.ask("pair", stream=stream, prompt_cache_key=str(number))
            assert "t0 " in answer.text
            if bad.requests:
                break
    assert bad.requests, "no request met the bad engine, so nothing was retried"


@pytest.mark.parametrize("failure", [_ERROR, _ABORTED], ids=["error", "abort"])
@pytest.mark.parametrize("together", [True, False])
async def test_after_the_first_token_the_stream_is_no_complete_one(
    client: GatewayClient, engines: MakeEngines, failure: bytes, together: bool
) -> None:
    parts = [_ONE + failure + _DONE] if together else [_ONE, failure, _DONE]
    before = await client.metric("ai_gateway_engine_failures_total", model="solo", reason="status")
    async with running(client, *engines("solo", raw(*parts, b"", then=finished))):
        answer = await client.ask("solo", stream=True)
    first, last = payloads(answer.text)
    assert contents([first]) == "one "
    assert orjson.loads(last)["error"]["code"] == "engine_failed"
    assert await client.metric("ai_gateway_engine_failures_total", model="solo", reason="status") == before + 1


async def test_an_error_of_the_request_is_the_clients_to_read(client: GatewayClient, engines: MakeEngines) -> None:
    refusal = event({"error": {"message": "no such grammar", "type": "BadRequestError", "code": 400}})
    async with running(client, *engines("solo", raw(_ONE, refusal, _DONE, b"", then=finished))):
        answer = await client.ask("solo", stream=True)
    assert answer.content == _ONE + refusal + _DONE
