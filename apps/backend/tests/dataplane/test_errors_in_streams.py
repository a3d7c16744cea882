"""Errors that an engine reports in its stream: the status was 200 long before, and `[DONE]` follows all the same."""

import orjson

from harness.data_plane import GatewayClient, contents, payloads, running
from harness.engine import MakeEngines, event, finished, polite, raw, token

_ONE = token("one ")
_DONE = b"data: [DONE]\n\n"
#: The last words of a vLLM whose engine process died.
_FAILURE = event({"error": {"message": "EngineCore encountered an issue.", "type": "InternalServerError", "code": 500}})


async def test_before_the_first_token_another_engine_answers(client: GatewayClient, engines: MakeEngines) -> None:
    bad, good = engines("pair", raw(_FAILURE + _DONE, b"", then=finished), polite(tokens=2))
    async with running(client, bad, good):
        for number in range(20):
            answer = await client.ask("pair", stream=True, prompt_cache_key=str(number))
            assert contents(payloads(answer.text)) == "t0 t1 "
            if bad.requests:
                break
    assert bad.requests, "no request met the bad engine, so nothing was retried"


async def test_after_the_first_token_the_stream_is_no_complete_one(client: GatewayClient, engines: MakeEngines) -> None:
    before = await client.metric("ai_gateway_engine_failures_total", model="solo", reason="status")
    async with running(client, *engines("solo", raw(_ONE + _FAILURE, _DONE, b"", then=finished))):
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
