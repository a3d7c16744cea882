"""The same promises in front of an engine that others have written."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import orjson
import pytest

from harness.data_plane import GatewayClient, contents, payloads
from harness.simulator import Simulator

Simulate = Callable[..., Simulator]


@pytest.fixture
def simulate(engine_ports: dict[str, list[int]], tmp_path: Path) -> Iterator[Simulate]:
    """Starts a simulator of a model, on the port of its engine with this number."""
    started: list[Simulator] = []

    def start(model: str, number: int, *flags: str) -> Simulator:
        started.append(Simulator(model, engine_ports[model][number], tmp_path / f"{model}-{number}", *flags))
        return started[-1].start()

    yield start
    for simulator in started:
        simulator.stop()


@pytest.fixture
async def settled(client: GatewayClient) -> AsyncIterator[GatewayClient]:
    """A gateway that has forgotten the engines of this test when the next one starts."""
    yield client
    for model in ("solo", "pair"):
        await client.engines_ready(model, 0)


async def test_a_stream_comes_word_by_word_with_exact_usage(settled: GatewayClient, simulate: Simulate) -> None:
    simulator = simulate("solo", 0, "--time-to-first-token=50ms", "--inter-token-latency=20ms")
    await settled.engines_ready("solo", 1)
    answer = await settled.ask("solo", stream=True, max_tokens=10, stream_options={"include_usage": True})
    frames = payloads(answer.text)
    report = orjson.loads(frames[-2])
    counted = await settled.metric("ai_gateway_tokens_total", model="solo", kind="completion")
    assert contents(frames)
    assert report["usage"]["completion_tokens"] <= 10
    assert counted >= report["usage"]["completion_tokens"] > 0
    simulator.stop()


async def test_errors_that_the_engine_injects_are_answered_by_the_other(
    settled: GatewayClient, simulate: Simulate
) -> None:
    failing = simulate("pair", 0, "--failure-injection-rate=100", "--failure-types=server_error")
    good = simulate("pair", 1)
    await settled.engines_ready("pair", 2)
    answers = [await settled.ask("pair", prompt_cache_key=str(number)) for number in range(10)]
    assert {answer.status_code for answer in answers} == {200}
    assert await settled.metric("ai_gateway_retries_total", model="pair") > 0
    failing.stop()
    good.stop()


async def test_killing_one_of_two_engines_under_load_leaves_no_request_hanging(
    settled: GatewayClient, simulate: Simulate
) -> None:
    flags = ("--time-to-first-token=100ms", "--inter-token-latency=20ms", "--max-num-seqs=64")
    doomed, other = simulate("pair", 0, *flags), simulate("pair", 1, *flags)
    await settled.engines_ready("pair", 2)
    streams = [await settled.open_stream("pair", prompt_cache_key=str(number), max_tokens=50) for number in range(40)]
    await asyncio.gather(*(stream.until(b"data: ") for stream in streams[:5]))
    assert doomed.process
    doomed.process.send(signal.SIGKILL)
    answers = await asyncio.gather(*(stream.rest() for stream in streams))
    assert all(b"[DONE]" in answer or b"engine_failed" in answer for answer in answers)
    assert any(b"[DONE]" in answer for answer in answers)
    assert (await settled.ask("pair")).status_code == 200
    other.stop()
