"""Files and batches, with a client in place of the hot path."""

import asyncio
from collections.abc import Callable

import orjson
from httpx2 import AsyncClient

from gateway.contracts import InternalCall
from gateway.control import ControlPlane
from gateway.jsontypes import Json, JsonObject
from gateway.workers.inference import InferenceAnswer
from harness.api import Customer
from harness.processes import eventually

CHAT = "/v1/chat/completions"


class FakeHotPath:
    """Implements `InferenceClient`: answers with the prompt, or as the test says."""

    def __init__(self, reply: Callable[[JsonObject, int], InferenceAnswer] | None = None) -> None:
        self.calls: list[tuple[JsonObject, InternalCall]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self._reply = reply or (lambda body, _: InferenceAnswer(200, {"echo": body["model"]}))

    async def post(self, endpoint: str, body: JsonObject, call: InternalCall) -> InferenceAnswer:
        await self.gate.wait()
        self.calls.append((body, call))
        return self._reply(body, len(self.calls))


def line(number: int, **changes: Json) -> bytes:
    fields: JsonObject = {"custom_id": f"c{number}", "method": "POST", "url": CHAT, "body": {"model": "small"}}
    return orjson.dumps(fields | changes) + b"\n"


async def submit(api: AsyncClient, owner: Customer, content: bytes) -> str:
    files = {"file": ("in.jsonl", content)}
    file = await api.post("/v1/files", data={"purpose": "batch"}, files=files, headers=owner.headers)
    body = {"input_file_id": file.json()["id"], "endpoint": CHAT, "completion_window": "24h", "metadata": {"a": "b"}}
    answer = await api.post("/v1/batches", json=body, headers=owner.headers)
    assert answer.status_code == 200, answer.text
    identifier: str = answer.json()["id"]
    return identifier


async def finished(api: AsyncClient, owner: Customer, batch_id: str) -> dict[str, Json]:
    batch: dict[str, Json] = {}

    async def ended() -> bool:
        batch.update((await api.get(f"/v1/batches/{batch_id}", headers=owner.headers)).json())
        return batch["status"] in ("completed", "failed", "cancelled", "expired")

    await eventually(ended, f"the batch {batch_id} comes to an end")
    return batch


async def content(api: AsyncClient, owner: Customer, file_id: Json) -> list[dict[str, Json]]:
    answer = await api.get(f"/v1/files/{file_id}/content", headers=owner.headers)
    return [orjson.loads(text) for text in answer.content.splitlines()]


async def test_a_batch_answers_every_line_in_the_order_of_the_file(
    control: ControlPlane, api: AsyncClient, alice: Customer
) -> None:
    client = FakeHotPath()
    control.start_background_work(client)
    batch_id = await submit(api, alice, b"".join(line(number) for number in range(450)))
    batch = await finished(api, alice, batch_id)
    assert (batch["status"], batch["metadata"]) == ("completed", {"a": "b"})
    assert batch["request_counts"] == {"total": 450, "completed": 450, "failed": 0}
    assert batch["error_file_id"] is None
    rows = await content(api, alice, batch["output_file_id"])
    assert [row["custom_id"] for row in rows] == [f"c{number}" for number in range(450)]
    assert rows[0]["response"] == {"status_code": 200, "request_id": rows[0]["id"], "body": {"echo": "small"}}
    assert {call.principal.tenant_id for _, call in client.calls} == {alice.tenant_id}
    assert len({call.request_id for _, call in client.calls}) == 450


async def test_refused_lines_go_to_the_error_file_and_the_rest_completes(
    control: ControlPlane, api: AsyncClient, alice: Customer
) -> None:
    def reply(body: JsonObject, _: int) -> InferenceAnswer:
        wrong = body["model"] == "wrong"
        return InferenceAnswer(404, {"error": {"code": "model_not_found"}}) if wrong else InferenceAnswer(200, {})

    control.start_background_work(FakeHotPath(reply))
    lines = line(0) + line(1, body={"model": "wrong"}) + line(2)
    batch = await finished(api, alice, await submit(api, alice, lines))
    assert batch["request_counts"] == {"total": 3, "completed": 2, "failed": 1}
    [failed] = await content(api, alice, batch["error_file_id"])
    assert failed["custom_id"] == "c1"


async def test_an_overloaded_gateway_delays_a_batch_and_does_not_fail_it(
    control: ControlPlane, api: AsyncClient, alice: Customer
) -> None:
    def reply(_: JsonObject, number: int) -> InferenceAnswer:
        return InferenceAnswer(429 if number <= 2 else 200, {"error": {"code": "rate_limit_exceeded"}})

    control.start_background_work(FakeHotPath(reply))
    batch = await finished(api, alice, await submit(api, alice, line(0)))
    assert batch["request_counts"] == {"total": 1, "completed": 1, "failed": 0}


async def test_a_batch_goes_on_where_a_dead_worker_stopped(
    control: ControlPlane, api: AsyncClient, alice: Customer
) -> None:
    first = FakeHotPath()
    control.start_background_work(first)
    first.gate.clear()
    batch_id = await submit(api, alice, b"".join(line(number) for number in range(20)))
    first.gate.set()

    async def some_are_done() -> bool:
        counts = await control.batches.counts(batch_id)
        if 0 < counts.completed < 20:
            first.gate.clear()
        return counts.completed > 0

    await eventually(some_are_done, "some lines are answered")
    done_before = (await control.batches.counts(batch_id)).completed
    heir = ControlPlane(control.settings)
    second = FakeHotPath()
    await control.close()
    heir.start_background_work(second)
    try:
        await eventually(lambda: _completed(heir, batch_id), "another worker finishes the batch")
        assert len(second.calls) <= 20 - done_before
    finally:
        await heir.close()


async def _completed(control: ControlPlane, batch_id: str) -> bool:
    return (await control.batches.get(batch_id)).status == "completed"


async def test_a_cancelled_batch_stops_and_keeps_what_it_has(
    control: ControlPlane, api: AsyncClient, alice: Customer
) -> None:
    client = FakeHotPath()
    client.gate.clear()
    batch_id = await submit(api, alice, b"".join(line(number) for number in range(500)))
    control.start_background_work(client)
    cancelled = await api.post(f"/v1/batches/{batch_id}/cancel", headers=alice.headers)
    assert cancelled.json()["status"] == "cancelling"
    client.gate.set()
    batch = await finished(api, alice, batch_id)
    assert batch["status"] == "cancelled"
    assert len(client.calls) < 500


async def test_a_batch_of_a_revoked_key_does_nothing_more(
    control: ControlPlane, api: AsyncClient, alice: Customer
) -> None:
    batch_id = await submit(api, alice, line(0))
    await control.issuer.expire(alice.key_id)
    client = FakeHotPath()
    control.start_background_work(client)

    async def completed() -> bool:
        return (await control.batches.get(batch_id)).status == "completed"

    await eventually(completed, "the batch comes to an end")
    assert client.calls == []
    counts = await control.batches.counts(batch_id)
    assert (counts.completed, counts.failed) == (0, 1)


async def test_an_input_file_with_mistakes_fails_with_each_of_them_and_its_line(
    control: ControlPlane, api: AsyncClient, alice: Customer
) -> None:
    control.start_background_work(FakeHotPath())
    lines = line(0) + b"not json\n" + line(0) + line(3, method="GET") + line(4, url="/v1/embeddings") + line(5, body=1)
    batch = await finished(api, alice, await submit(api, alice, lines))
    assert batch["status"] == "failed"
    errors = (await control.batches.get(str(batch["id"]))).errors
    assert batch["errors"] == {"object": "list", "data": errors}
    assert [(problem["line"], problem["code"]) for problem in errors] == [
        (2, "invalid_json_line"),
        (3, "duplicate_custom_id"),
        (4, "invalid_method"),
        (5, "mismatched_endpoint"),
        (6, "invalid_request"),
    ]
