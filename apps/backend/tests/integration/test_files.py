"""Files: kept byte for byte, listed in pages, bounded in size."""

from collections.abc import AsyncIterator

from httpx2 import AsyncClient

from gateway.control import ControlPlane
from gateway.storage.files import FileStore
from harness.api import Customer, api_client


async def test_a_file_comes_back_byte_for_byte_and_is_gone_when_deleted(api: AsyncClient, alice: Customer) -> None:
    original = bytes(range(256)) * 10_000
    files = {"file": ("big.bin", original)}
    file = (await api.post("/v1/files", data={"purpose": "batch"}, files=files, headers=alice.headers)).json()
    assert file["bytes"] == len(original)
    path = f"/v1/files/{file['id']}"
    assert (await api.get(f"{path}/content", headers=alice.headers)).content == original
    assert (await api.delete(path, headers=alice.headers)).json() == {
        "id": file["id"],
        "object": "file",
        "deleted": True,
    }
    assert (await api.get(path, headers=alice.headers)).status_code == 404


async def test_lists_are_paged(api: AsyncClient, alice: Customer) -> None:
    for number in range(5):
        files = {"file": (f"{number}", b"x")}
        await api.post("/v1/files", data={"purpose": "batch"}, files=files, headers=alice.headers)
    first = (await api.get("/v1/files?limit=3", headers=alice.headers)).json()
    assert first["has_more"] is True
    rest = (await api.get(f"/v1/files?after={first['data'][-1]['id']}", headers=alice.headers)).json()
    assert [file["filename"] for file in first["data"] + rest["data"]] == ["4", "3", "2", "1", "0"]
    assert rest["has_more"] is False


async def test_a_file_above_a_limit_is_refused_and_leaves_nothing(control: ControlPlane, alice: Customer) -> None:
    control.files = FileStore(control.database, file_max_bytes=1000, tenant_max_bytes=1500)
    async with api_client(control) as api:
        sizes = (1001, 1000, 501)
        answers = [await _upload(api, alice, size) for size in sizes]
        assert answers == [413, 200, 413]
        stored = (await api.get("/v1/files", headers=alice.headers)).json()["data"]
        assert [file["bytes"] for file in stored] == [1000]


async def _upload(api: AsyncClient, owner: Customer, size: int) -> int:
    files = {"file": ("x", b"x" * size)}
    return (await api.post("/v1/files", data={"purpose": "batch"}, files=files, headers=owner.headers)).status_code


async def test_a_body_above_its_limit_is_refused_before_it_is_kept(api: AsyncClient, alice: Customer) -> None:
    body = {"input_file_id": "x" * 2_000_000, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    answer = await api.post("/v1/batches", json=body, headers=alice.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")


async def test_lines_are_found_wherever_a_file_is_cut_and_are_never_much_longer_than_wanted(
    control: ControlPlane, alice: Customer
) -> None:
    lines = [b"x" * 700_000, b"", b"y" * 600_000, b"z" * 5_000_000, b"last"]

    async def pieces() -> AsyncIterator[bytes]:
        yield b"\r\n".join(lines)

    file = await control.files.store(alice.tenant_id, "f", "batch", pieces())
    found = [line async for line in control.files.lines(file, 1_000_000)]
    assert found[:3] + found[4:] == lines[:3] + lines[4:]
    assert 1_000_000 < len(found[3]) < 3_200_000
