"""One tenant never sees or changes anything of another one, and only administrators administer."""

import pytest
from httpx2 import AsyncClient

from gateway.contracts import Scope
from gateway.control import ControlPlane
from harness.api import Customer, customer

NO_FILE = "file_" + "0" * 24


async def _upload(api: AsyncClient, owner: Customer) -> str:
    files = {"file": ("in.jsonl", b'{"secret": "of the owner"}\n')}
    answer = await api.post("/v1/files", data={"purpose": "batch"}, files=files, headers=owner.headers)
    identifier: str = answer.json()["id"]
    return identifier


async def test_files_of_another_tenant_do_not_exist(api: AsyncClient, alice: Customer, bob: Customer) -> None:
    file_id = await _upload(api, alice)
    for method, path in (
        ("GET", f"/v1/files/{file_id}"),
        ("GET", f"/v1/files/{file_id}/content"),
        ("DELETE", f"/v1/files/{file_id}"),
    ):
        foreign = await api.request(method, path, headers=bob.headers)
        missing = await api.request(method, path.replace(file_id, NO_FILE), headers=bob.headers)
        assert foreign.status_code == missing.status_code == 404
        assert foreign.text.replace(file_id, NO_FILE) == missing.text
    assert (await api.get("/v1/files", headers=bob.headers)).json()["data"] == []
    assert (await api.get(f"/v1/files/{file_id}/content", headers=alice.headers)).content.startswith(b'{"secret"')


async def test_batches_of_another_tenant_do_not_exist(api: AsyncClient, alice: Customer, bob: Customer) -> None:
    file_id = await _upload(api, alice)
    body = {"input_file_id": file_id, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    assert (await api.post("/v1/batches", json=body, headers=bob.headers)).status_code == 404
    batch_id = (await api.post("/v1/batches", json=body, headers=alice.headers)).json()["id"]
    assert (await api.get(f"/v1/batches/{batch_id}", headers=bob.headers)).status_code == 404
    assert (await api.post(f"/v1/batches/{batch_id}/cancel", headers=bob.headers)).status_code == 404
    assert (await api.get("/v1/batches", headers=bob.headers)).json()["data"] == []
    assert (await api.get(f"/v1/batches?after={batch_id}", headers=bob.headers)).status_code == 404
    assert (await api.get(f"/v1/batches/{batch_id}", headers=alice.headers)).json()["status"] == "validating"


@pytest.mark.parametrize("scopes", [("inference",), ("usage",), ("inference", "usage")])
async def test_a_key_without_the_scope_admin_administers_nothing(
    control: ControlPlane, api: AsyncClient, scopes: tuple[Scope, ...], bob: Customer
) -> None:
    mallory = await customer(control, "mallory", scopes)
    app_routes = (await api.get("/openapi.json")).json()["paths"]
    tried = 0
    for path, operations in app_routes.items():
        if not path.startswith("/admin/"):
            continue
        url = path.replace("{tenant_id}", bob.tenant_id).replace("{key_id}", bob.key_id).replace("{model}", "small")
        for method in operations:
            answer = await api.request(method.upper(), url, json={}, headers=mallory.headers)
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "missing_scope")
            assert (await api.request(method.upper(), url, json={})).status_code == 401
            tried += 1
    assert tried >= 14


async def test_headers_that_a_client_can_write_do_not_change_who_it_is(
    api: AsyncClient, alice: Customer, bob: Customer
) -> None:
    await _upload(api, alice)
    forged = {
        "x-tenant-id": alice.tenant_id,
        "x-user-id": alice.key_id,
        "user": alice.tenant_id,
        "openai-organization": alice.tenant_id,
        "x-api-key": alice.secret,
        "cookie": f"authorization={alice.secret}",
    }
    answer = await api.get("/v1/files", headers={**forged, **bob.headers})
    assert answer.json()["data"] == []
