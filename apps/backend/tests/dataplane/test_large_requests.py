"""Requests that ask for much: what they take of a model and of a limit."""

import orjson
import pytest

from gateway.jsontypes import Json
from harness.data_plane import CHAT, GatewayClient, client_of, running
from harness.engine import MakeEngines, polite, usage, whole
from harness.gateway import StartGateway
from harness.processes import eventually

MIB = 1024 * 1024
#: More than any model reads or writes; engines cut it or refuse it.
ENDLESS = 10_000_000


@pytest.mark.parametrize("model", ["solo", "pair"])
async def test_a_request_for_more_than_there_is_stops_nobody_else(
    start_gateway: StartGateway, engines: MakeEngines, model: str
) -> None:
    scripts = [polite(tokens=100_000, pause_s=0.05)] * (2 if model == "pair" else 1)
    gateway = start_gateway(GATEWAY_ENGINE_TOKENS="1000")
    async with client_of(gateway) as client, running(client, *engines(model, *scripts)):
        other = await client.tenant()
        streams = [await client.open_stream(model, max_tokens=600, prompt_cache_key=str(n)) for n in range(2)]
        await streams[0].until(b"t0 ")
        greedy = [await client.open_stream(model, max_tokens=ENDLESS) for _ in range(5)]

        async def waits() -> bool:
            return await client.metric("ai_gateway_queued_requests", model=model) >= len(greedy) - 1

        await eventually(waits, "what does not fit waits")
        for _ in range(12):
            small = await other.open_stream(model, max_tokens=16)
            await small.until(b"t0 ")
            small.leave()
        for stream in streams + greedy:
            stream.leave()


async def test_a_model_takes_of_every_number_what_it_reads_and_writes(
    client: GatewayClient, engines: MakeEngines
) -> None:
    (engine,) = engines("solo")
    engine.context = 4096
    limited = await client.tenant({"tokens_per_minute": 10_000}, "solo")
    async with running(client, engine):
        first, second, third = [await limited.ask("solo", max_tokens=ENDLESS) for _ in range(3)]
    assert int(first.headers["x-ratelimit-remaining-tokens"]) == pytest.approx(10_000 - 4096, abs=20)
    assert second.status_code == 200
    assert third.status_code == 200
    assert engine.requests[0].document["max_tokens"] == ENDLESS


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/v1/completions", {"prompt": ["a"] * 100, "max_tokens": 4000}),
        ("/v1/completions", {"prompt": ["a"] * 50}),
        (CHAT, {"messages": [{"role": "user", "content": "a"}], "n": 50}),
        (CHAT, {"messages": [{"role": "user", "content": "a"}], "tools": [{"x": "y" * 50_000}]}),
    ],
    ids=["prompts", "prompts without a maximum", "choices without a maximum", "tools"],
)
async def test_a_limit_counts_everything_that_a_request_may_use(
    client: GatewayClient, engines: MakeEngines, path: str, fields: dict[str, Json]
) -> None:
    limited = await client.tenant({"tokens_per_minute": 10_000}, "solo")
    (engine,) = engines("solo")
    async with running(client, engine):
        answer = await limited.http.post(path, json={"model": "solo", **fields}, headers=limited.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "request_too_large_for_limit")
    assert not engine.requests


async def test_a_refused_reservation_leaves_the_count_of_what_was_used_alone(
    client: GatewayClient, engines: MakeEngines
) -> None:
    limited = await client.tenant({"tokens_per_minute": 1_000}, "solo")
    body = orjson.dumps({"choices": [], "usage": usage(400, 400)})
    async with running(client, *engines("solo", whole(200, body))):
        assert (await limited.ask("solo", max_tokens=100)).status_code == 200
        refused = await limited.ask("solo", max_tokens=500)
    assert refused.status_code == 429
