"""Engines that die, hang or talk nonsense: every request ends, and none is lost that another engine can answer."""

import asyncio

import orjson
import pytest

from gateway.jsontypes import Json
from harness.data_plane import GatewayClient, client_of, contents, payloads, running
from harness.engine import MakeEngines, Script, finished, polite, raw, reset, silent, token, whole
from harness.gateway import StartGateway
from harness.processes import eventually

_ONE = token("one ")
_BEFORE_THE_FIRST_TOKEN: dict[str, Script] = {
    "resets the connection": reset,
    "is draining and answers 503": whole(503, b"{}"),
    "is draining and answers 500": whole(500, b'{"error":"cannot schedule new futures after shutdown"}'),
    "never answers": silent,
    "begins a stream and dies": raw(then=reset),
    "begins a stream and hangs": raw(then=silent),
    "dies in its first frame": raw(_ONE[:20], then=reset),
    "ends a stream with nothing in it": raw(b"", then=finished),
}


@pytest.mark.parametrize("fault", _BEFORE_THE_FIRST_TOKEN)
async def test_before_the_first_token_another_engine_answers(
    client: GatewayClient, engines: MakeEngines, fault: str
) -> None:
    bad, good = engines("pair", _BEFORE_THE_FIRST_TOKEN[fault], polite(tokens=2))
    async with running(client, bad, good):
        for number in range(20):
            answer = await client.ask("pair", stream=True, prompt_cache_key=str(number))
            assert contents(payloads(answer.text)) == "t0 t1 "
            if bad.requests:
                break
    assert bad.requests, "no request met the bad engine, so nothing was retried"


async def test_an_answer_that_is_no_json_is_asked_for_again(client: GatewayClient, engines: MakeEngines) -> None:
    bad, good = engines("pair", whole(200, b"<html>oops</html>"), polite())
    async with running(client, bad, good):
        answers = [await client.ask("pair", prompt_cache_key=str(number)) for number in range(6)]
    assert {answer.status_code for answer in answers} == {200}
    assert bad.requests


async def test_a_request_is_tried_on_two_engines_at_most(client: GatewayClient, engines: MakeEngines) -> None:
    pair = engines("pair", reset, reset)
    async with running(client, *pair):
        answer = await client.ask("pair")
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "engine_failed")
    assert answer.headers["retry-after"] == "1"
    assert sum(len(engine.requests) for engine in pair) == 2


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (raw(_ONE, then=reset), "reset"),
        (raw(_ONE, then=silent), "silent"),
        (raw(_ONE, token("two ")[:15], then=reset), "reset"),
        (raw(_ONE, b'data: {"usage": nonsense\n\n', then=silent, pause_s=0.2), "malformed"),
        (raw(_ONE, b"", then=finished), "reset"),
    ],
    ids=["dies", "falls silent", "dies within a frame", "sends wrong JSON", "ends without saying so"],
)
async def test_after_the_first_token_the_stream_ends_with_an_error(
    client: GatewayClient, engines: MakeEngines, fault: Script, reason: str
) -> None:
    before = await client.metric("ai_gateway_engine_failures_total", model="solo", reason=reason)
    async with running(client, *engines("solo", fault)):
        answer = await client.ask("solo", stream=True)
    first, last = payloads(answer.text)
    assert contents([first]) == "one "
    assert orjson.loads(last)["error"]["code"] == "engine_failed"
    assert await client.metric("ai_gateway_engine_failures_total", model="solo", reason=reason) == before + 1


@pytest.mark.parametrize("after", [silent, reset], ids=["keeps silent", "dies"])
async def test_after_its_last_frame_an_engine_can_do_no_more_harm(
    client: GatewayClient, engines: MakeEngines, after: Script
) -> None:
    async with running(client, *engines("solo", raw(_ONE, b"data: [DONE]\n\n", then=after))):
        answer = await client.ask("solo", stream=True)
    assert answer.content == _ONE + b"data: [DONE]\n\n"


async def test_killing_an_engine_ends_its_streams_with_an_error_and_spares_the_others(
    client: GatewayClient, engines: MakeEngines
) -> None:
    doomed, other = engines("pair", polite(tokens=40, pause_s=0.02), polite(tokens=40, pause_s=0.02))
    async with running(client, doomed, other):
        streams = [await client.open_stream("pair", prompt_cache_key=str(number)) for number in range(20)]
        for stream in streams:
            await stream.until(b"t3 ")
        victims = len(doomed.requests)
        await doomed.kill()
        answers = await asyncio.gather(*(stream.rest() for stream in streams))
    whole_ones = sum(b"[DONE]" in answer for answer in answers)
    assert 0 < victims < 20
    assert (whole_ones, sum(b"engine_failed" in answer for answer in answers)) == (20 - victims, victims)


async def test_a_connection_that_the_engine_closed_while_idle_costs_nothing(
    client: GatewayClient, engines: MakeEngines
) -> None:
    (engine,) = engines("solo")
    async with running(client, engine):
        for _ in range(5):
            assert (await client.ask("solo")).status_code == 200
            engine.close_idle()
            assert (await client.ask("solo")).status_code == 200


async def test_a_client_that_leaves_stops_the_engine_at_once(client: GatewayClient, engines: MakeEngines) -> None:
    (engine,) = engines("solo", polite(tokens=10_000, pause_s=0.01))
    async with running(client, engine):
        stream = await client.open_stream("solo")
        await stream.until(b"t5 ")
        stream.leave()

        async def stopped() -> bool:
            return engine.cut == 1 and await client.metric("ai_gateway_requests_in_flight", model="solo") == 0

        await eventually(stopped, "the engine's connection is closed")
    assert await client.metric("ai_gateway_requests_total", model="solo", code="499") >= 1


async def test_a_client_that_leaves_before_the_first_token_stops_the_engine(
    client: GatewayClient, engines: MakeEngines
) -> None:
    (engine,) = engines("solo", silent)
    async with running(client, engine):
        stream = await client.open_stream("solo")
        await eventually(lambda: _true(bool(engine.requests)), "the engine has the request", seconds=2)
        stream.leave()
        await eventually(lambda: _true(engine.cut == 1), "the engine's connection is closed", seconds=2)


async def test_a_slow_reader_holds_its_own_engine_back_and_gets_everything(
    start_gateway: StartGateway, engines: MakeEngines
) -> None:
    big = token("x" * 50_000)
    frames = 400
    pair = engines("pair", *[raw(*[big] * frames, b"data: [DONE]\n\n", b"", then=finished)] * 2)
    async with client_of(start_gateway()) as client, running(client, *pair):
        stream = await client.open_stream("pair")
        await stream.until(b"\r\n\r\n")
        quick = await client.ask("pair", stream=True)
        assert quick.text.count("data: ") == frames + 1
        assert (await stream.rest()).count(b"data: ") == frames + 1


async def test_a_reader_that_stopped_is_given_up(client: GatewayClient, engines: MakeEngines) -> None:
    big = token("x" * 50_000)
    (engine,) = engines("solo", raw(*[big] * 2000, then=finished))
    async with running(client, engine):
        stream = await client.open_stream("solo")
        await stream.until(b"\r\n\r\n")
        await eventually(lambda: _true(engine.cut == 1), "the engine is released", seconds=15)
        stream.leave()


async def test_an_engine_that_failed_again_and_again_gets_no_more_requests(
    client: GatewayClient, engines: MakeEngines
) -> None:
    bad, good = engines("pair", whole(503, b"{}"), polite())
    async with running(client, bad, good):
        for number in range(60):
            assert (await client.ask("pair", prompt_cache_key=str(number))).status_code == 200
        assert await client.metric("ai_gateway_engines", model="pair", state="open") == 1
    assert len(bad.requests) < 10


async def test_an_engine_whose_health_check_fails_gets_no_requests(client: GatewayClient, engines: MakeEngines) -> None:
    ill, well = engines("pair")
    async with running(client, ill, well):
        ill.healthy = False
        await client.engines_ready("pair", 1)
        seen = len(ill.requests)
        for number in range(10):
            assert (await client.ask("pair", prompt_cache_key=str(number))).status_code == 200
        assert len(ill.requests) == seen


async def test_c117_a_conversation_keeps_its_engine(client: GatewayClient, engines: MakeEngines) -> None:
    pair = engines("pair")
    async with running(client, *pair):
        history: list[Json] = [{"role": "user", "content": "The same begin."}]
        for _ in range(10):
            await client.ask("pair", messages=history)
            history += [{"role": "assistant", "content": "Yes?"}, {"role": "user", "content": "Go on."}]
    assert sorted(len(engine.requests) for engine in pair) == [0, 10]


async def _true(condition: bool) -> bool:
    return condition
