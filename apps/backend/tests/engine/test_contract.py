"""What the program takes for granted of vLLM is true of it."""

import re
from pathlib import Path
from typing import Final

from httpx2 import AsyncClient

from harness.data_plane import CHAT, GatewayClient, chat
from harness.vllm import CONTEXT_TOKENS, Vllm

_PROJECT: Final = Path(__file__).parents[4]
_VERSIONS: Final = _PROJECT / "components" / "foundation" / "versions.ts"
_RECORDED: Final = _PROJECT / "tests" / "contracts" / "metrics" / "vllm-0.32.0.txt"


async def test_the_version_under_test_is_the_one_that_is_deployed(vllm: Vllm) -> None:
    async with AsyncClient(base_url=vllm.url, trust_env=False) as direct:
        version = (await direct.get("/version")).json()["version"].partition("+")[0]
    [deployed] = re.findall(r'depName=docker\.io/vllm/vllm-openai\s+tag: "v(.+)"', _VERSIONS.read_text())
    assert version == deployed


async def test_every_recorded_metric_exists_with_its_labels(client: GatewayClient, vllm: Vllm) -> None:
    assert (await client.ask("tiny", max_tokens=5)).status_code == 200
    recorded = {tuple(line.split(" ")) for line in _lines(_RECORDED.read_text())}
    assert recorded
    assert recorded - set(_series(vllm.metrics())) == set()


async def test_every_metric_that_the_program_queries_exists(vllm: Vllm) -> None:
    sources = "".join(path.read_text() for path in (_PROJECT / "components").rglob("*.ts"))
    queried = set(re.findall(r'"(vllm:[a-z_]+)"', sources))
    described = set(re.findall(r"^# TYPE (\S+) ", vllm.metrics(), re.MULTILINE))
    assert queried
    assert queried - described == set()


async def test_it_says_what_its_model_reads_and_writes_and_does_no_more(client: GatewayClient, vllm: Vllm) -> None:
    async with AsyncClient(base_url=vllm.url, trust_env=False) as direct:
        cards = (await direct.get("/v1/models")).json()["data"]
    assert {card["max_model_len"] for card in cards} == {CONTEXT_TOKENS}
    for asked, status in ((CONTEXT_TOKENS, 200), (CONTEXT_TOKENS + 1, 400), (10_000_000, 400)):
        limited = await client.tenant({"tokens_per_minute": 2 * CONTEXT_TOKENS}, "tiny")
        body = chat("tiny", max_tokens=asked, stream=True)
        async with limited.http.stream("POST", CHAT, json=body, headers=limited.headers) as answer:
            assert answer.status_code == status
        assert int(answer.headers["x-ratelimit-remaining-tokens"]) == CONTEXT_TOKENS


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _series(page: str) -> list[tuple[str, ...]]:
    """Name and sorted labels of every series."""
    found = []
    for line in _lines(page):
        name, _, labels = line.rpartition(" ")[0].partition("{")
        found.append((name, *sorted(re.findall(r'(\w+)="', labels))))
    return found
