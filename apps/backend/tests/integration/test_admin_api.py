"""Administration: tenants, keys, limits, budgets and who may touch them."""

from httpx2 import AsyncClient

from gateway.contracts import Denial, ModelLimits, Principal, TokenBudget
from gateway.control import ControlPlane
from harness.api import Customer


async def _who(control: ControlPlane, secret: str) -> Principal | Denial:
    return await control.authenticator.authenticate(secret.encode())


async def test_a_new_key_is_shown_once_and_works(
    control: ControlPlane, api: AsyncClient, administrator: Customer
) -> None:
    tenant = (await api.post("/admin/v1/tenants", json={"name": "carol"}, headers=administrator.headers)).json()
    keys = f"/admin/v1/tenants/{tenant['id']}/keys"
    made = await api.post(keys, json={"name": "laptop", "models": ["small"]}, headers=administrator.headers)
    assert made.status_code == 201
    principal = await _who(control, made.json()["secret"])
    assert isinstance(principal, Principal)
    assert (principal.tenant_id, principal.models) == (tenant["id"], frozenset({"small"}))
    [listed] = (await api.get(keys, headers=administrator.headers)).json()
    assert made.json()["secret"] not in str(listed)
    assert listed["hint"] == made.json()["secret"][: len(listed["hint"])]


async def test_both_keys_work_during_the_overlap_of_a_rotation_and_the_old_one_ends_with_it(
    control: ControlPlane, api: AsyncClient, administrator: Customer, alice: Customer
) -> None:
    rotate = f"/admin/v1/keys/{alice.key_id}/rotate"
    fresh = (await api.post(rotate, json={"overlap_seconds": 3600}, headers=administrator.headers)).json()
    for secret in (alice.secret, fresh["secret"]):
        principal = await _who(control, secret)
        assert isinstance(principal, Principal)
        assert principal.tenant_id == alice.tenant_id
    again = f"/admin/v1/keys/{fresh['id']}/rotate"
    await api.post(again, json={"overlap_seconds": 0}, headers=administrator.headers)
    ended = await _who(control, fresh["secret"])
    assert isinstance(ended, Denial)
    assert (ended.status, ended.code) == (401, "expired_api_key")


async def test_a_rotation_never_lengthens_the_life_of_a_key(
    api: AsyncClient, administrator: Customer, alice: Customer
) -> None:
    await api.delete(f"/admin/v1/keys/{alice.key_id}", headers=administrator.headers)
    await api.post(f"/admin/v1/keys/{alice.key_id}/rotate", json={}, headers=administrator.headers)
    response = await api.get("/v1/models", headers=alice.headers)
    assert response.status_code == 401


async def test_a_suspended_tenant_is_refused_and_comes_back(
    api: AsyncClient, administrator: Customer, alice: Customer
) -> None:
    tenant = f"/admin/v1/tenants/{alice.tenant_id}"
    await api.patch(tenant, json={"status": "suspended"}, headers=administrator.headers)
    refused = await api.get("/v1/models", headers=alice.headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "tenant_suspended")
    await api.patch(tenant, json={"status": "active"}, headers=administrator.headers)
    assert (await api.get("/v1/models", headers=alice.headers)).status_code == 200


async def test_limits_and_budgets_reach_the_principal(
    control: ControlPlane, api: AsyncClient, administrator: Customer, alice: Customer
) -> None:
    tenant = f"/admin/v1/tenants/{alice.tenant_id}"
    admin = administrator.headers
    await api.put(f"{tenant}/limits/org/small", json={"requests_per_minute": 5}, headers=admin)
    await api.put(f"{tenant}/limits/*", json={"concurrency": 2, "tokens_per_minute": 0}, headers=admin)
    await api.put(f"{tenant}/budget", json={"period": "day", "tokens": 1000}, headers=admin)
    principal = await _who(control, alice.secret)
    assert isinstance(principal, Principal)
    assert dict(principal.limits) == {"org/small": ModelLimits(5), "*": ModelLimits(None, 0, 2)}
    assert principal.budget == TokenBudget("day", 1000)
    await api.delete(f"{tenant}/limits/*", headers=admin)
    await api.delete(f"{tenant}/budget", headers=admin)
    assert (await api.get(f"{tenant}/budget", headers=admin)).status_code == 404
    assert [row["model"] for row in (await api.get(f"{tenant}/limits", headers=admin)).json()] == ["org/small"]


async def test_a_second_tenant_of_the_same_name_is_a_conflict(api: AsyncClient, administrator: Customer) -> None:
    answers = [
        await api.post("/admin/v1/tenants", json={"name": "twin"}, headers=administrator.headers) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert "twin" in answers[1].json()["error"]["message"]


async def test_an_unknown_field_is_an_error_that_names_it(api: AsyncClient, administrator: Customer) -> None:
    answer = await api.post("/admin/v1/tenants", json={"name": "x", "wieght": 3}, headers=administrator.headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "wieght"


async def test_models_are_those_that_the_key_may_use(
    control: ControlPlane, api: AsyncClient, administrator: Customer, alice: Customer
) -> None:
    body = {"name": "narrow", "models": ["large"]}
    keys = f"/admin/v1/tenants/{alice.tenant_id}/keys"
    narrow = (await api.post(keys, json=body, headers=administrator.headers)).json()["secret"]
    headers = {"authorization": f"Bearer {narrow}"}
    assert [model["id"] for model in (await api.get("/v1/models", headers=headers)).json()["data"]] == ["large"]
    assert (await api.get("/v1/models/small", headers=headers)).status_code == 404
    assert (await api.get("/v1/models/small", headers=alice.headers)).json()["id"] == "small"
