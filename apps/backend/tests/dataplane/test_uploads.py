"""Who uploads is known, and has room, before anything is kept."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.jsontypes import Json
from harness.data_plane import GatewayClient, RawStream, client_of, code_of
from harness.gateway import GatewayProcess, StartGateway
from harness.processes import eventually

MIB = 1024 * 1024
_FORM = "content-type: multipart/form-data; boundary=b"
_BEGIN = (
    b'--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
    b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n'
)
_END = b"\r\n--b--\r\n"


@pytest.fixture
def gateway(start_gateway: StartGateway) -> GatewayProcess:
    return start_gateway(GATEWAY_UPLOADS_MAX_BYTES=str(100 * MIB), GATEWAY_TENANT_FILES_MAX_BYTES=str(90 * MIB))


@pytest.fixture
async def client(gateway: GatewayProcess) -> AsyncIterator[GatewayClient]:
    async with client_of(gateway) as client:
        yield client


def _on_disk(gateway: GatewayProcess) -> int:
    """Bytes of the files that have no name any more: what is uploaded lies in such."""
    assert gateway.process
    found = 0
    for descriptor in Path(f"/proc/{gateway.process.pid}/fd").iterdir():
        try:
            if "(deleted)" in os.readlink(descriptor):
                found += descriptor.stat().st_size
        except FileNotFoundError:
            continue
    return found


async def _begin(client: GatewayClient, size: int) -> RawStream:
    """Begin to upload a file of so many bytes, all but the last one of which are sent."""
    length = len(_BEGIN) + size + len(_END)
    stream = await client.begin(f"content-length: {length}", _FORM, path="/v1/files")
    stream.writer.write(_BEGIN)
    for _ in range(size // MIB):
        stream.writer.write(b"x" * MIB)
    return stream


@pytest.mark.parametrize("scope", [None, "usage"])
async def test_of_who_may_not_upload_nothing_is_kept(
    gateway: GatewayProcess, client: GatewayClient, scope: str | None
) -> None:
    who = await client.tenant(scope=scope) if scope else GatewayClient(client.http, client.port, "sk-nobody")
    streams = [await _begin(who, 63 * MIB) for _ in range(3)]
    for stream in streams:
        assert (await stream.answer())[0] == (403 if scope else 401)
    assert _on_disk(gateway) == 0
    for stream in streams:
        stream.leave()


async def test_a_file_is_too_large_before_it_is_sent(gateway: GatewayProcess, client: GatewayClient) -> None:
    stream = await client.begin(f"content-length: {65 * MIB}", _FORM, path="/v1/files")
    status, answer = await stream.answer()
    assert (status, code_of(answer)) == (413, "body_too_large")
    assert _on_disk(gateway) == 0


async def test_uploads_never_take_more_of_the_disk_than_is_theirs(
    gateway: GatewayProcess, client: GatewayClient
) -> None:
    tenants = [await client.tenant() for _ in range(3)]
    streams = [await _begin(tenant, 40 * MIB) for tenant in tenants]
    refused = asyncio.create_task(_first_answer(streams))

    async def kept() -> bool:
        return 2 * 39 * MIB < _on_disk(gateway) <= 2 * 40 * MIB

    await eventually(kept, "two have room")
    status, answer = await refused
    assert (status, code_of(answer)) == (503, "bodies_busy")
    assert (await client.http.get("/health")).status_code == 200
    for stream in streams:
        stream.leave()

    async def gone() -> bool:
        return _on_disk(gateway) == 0

    await eventually(gone, "what was not finished is gone")
    assert (await _upload(tenants[2], 40)) == 200


async def test_what_is_refused_for_the_disk_keeps_no_room_in_memory(client: GatewayClient) -> None:
    one, other = await client.tenant(), await client.tenant()
    holding = await _begin(one, 60 * MIB)

    async def refused() -> bool:
        stream = await other.begin(f"content-length: {60 * MIB}", _FORM, path="/v1/files")
        return (await stream.answer())[0] == 503

    await eventually(refused, "the disk is taken")
    for _ in range(70):  # each would keep a mebibyte of the 64 that there are
        assert await refused()
    batch = {"input_file_id": "x" * 500_000, "endpoint": "x", "completion_window": "24h"}
    assert (await other.http.post("/v1/batches", json=batch, headers=other.headers)).status_code == 400
    holding.leave()


async def _first_answer(streams: list[RawStream]) -> tuple[int, Json]:
    asking = [asyncio.create_task(stream.answer()) for stream in streams]
    done, waiting = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    return done.pop().result()


async def test_a_tenant_whose_files_are_too_many_is_refused_before_it_sends_one_more(
    gateway: GatewayProcess, client: GatewayClient
) -> None:
    tenant = await client.tenant()
    assert await _upload(tenant, 60) == 200
    stream = await _begin(tenant, 40 * MIB)
    status, answer = await stream.answer()
    assert (status, code_of(answer)) == (413, "file_too_large")
    stream.leave()
    assert await _upload(tenant, 20) == 200


async def test_files_that_come_at_the_same_time_are_counted_together(client: GatewayClient) -> None:
    tenant = await client.tenant()
    await _upload(tenant, 40)
    statuses = await asyncio.gather(*(_upload(tenant, 24) for _ in range(4)))
    assert statuses.count(200) <= 2
    listed = (await client.http.get("/v1/files", headers=tenant.headers)).json()["data"]
    assert sum(file["bytes"] for file in listed) <= 90 * MIB


async def _upload(client: GatewayClient, mebibytes: int) -> int:
    form = {"purpose": "batch"}
    file = ("a.jsonl", b"x" * mebibytes * MIB)
    answer = await client.http.post("/v1/files", data=form, files={"file": file}, headers=client.headers)
    return answer.status_code


async def test_a_body_without_a_key_is_refused_before_it_comes(client: GatewayClient) -> None:
    nobody = GatewayClient(client.http, client.port, "sk-nobody")
    for path in ("/v1/batches", "/admin/v1/tenants", "/v1/nothing"):
        stream = await nobody.begin("content-length: 1000000", "content-type: application/json", path=path)
        assert (await stream.answer())[0] == 401
