"""What reaches vLLM through the gateway, and what does not."""

import re
from collections.abc import Iterator
from typing import Final

from httpx2 import AsyncClient

from gateway.proxy.endpoint import PATHS
from harness.data_plane import CHAT, GatewayClient, chat
from harness.processes import eventually
from harness.vllm import Vllm

#: The gateway asks for the first by itself, the test for the second.
_ASKED_ALL_THE_TIME: Final = ("/health", "/metrics")
_TRACE: Final = "4bf92f3577b34da6a3ce929d0e0e4736"


async def test_of_all_that_vllm_offers_only_inference_is_reachable(client: GatewayClient, vllm: Vllm) -> None:
    async with AsyncClient(base_url=vllm.url, trust_env=False) as direct:
        offered = (await direct.get("/openapi.json")).json()["paths"]
    hidden = [(method, path) for path, methods in offered.items() for method in methods if path not in PATHS]
    assert {"/tokenize", "/v1/responses", "/invocations"} <= {path for _, path in hidden}
    before = list(_handled(vllm))
    for method, path in hidden:
        concrete = re.sub(r"\{.*?\}", "x", path)
        await client.http.request(method, concrete, json=chat("tiny"), headers=client.headers)
    await client.http.post("/v1/load_lora_adapter", json={"lora_name": "x", "lora_path": "/x"}, headers=client.headers)
    assert list(_handled(vllm)) == before


async def test_request_id_and_trace_reach_vllm(client: GatewayClient, spans: bytearray) -> None:
    headers = {**client.headers, "traceparent": f"00-{_TRACE}-00f067aa0ba902b7-01", "x-request-id": "chosen-by-client"}
    answer = await client.http.post(CHAT, json=chat("tiny", max_tokens=3), headers=headers)
    assert answer.json()["id"] == f"chatcmpl-{answer.headers['x-request-id']}"
    assert answer.headers["x-request-id"].startswith("req-")

    async def exported() -> bool:
        return bytes.fromhex(_TRACE) in spans

    # The exporter pauses after each failure, and nobody listened before.
    await eventually(exported, "vLLM has exported a span of the client's trace", seconds=60, pause=0.1)


def _handled(vllm: Vllm) -> Iterator[str]:
    """How many requests each handler of vLLM has had."""
    for line in vllm.metrics().splitlines():
        if line.startswith("http_requests_total") and not any(f'"{path}"' in line for path in _ASKED_ALL_THE_TIME):
            yield line
