"""`python -m gateway`: what an operator types, and what the migrations Job runs."""

from pathlib import Path

import orjson
import pytest

from gateway.contracts import Denial, Principal
from gateway.control import ControlPlane
from gateway.identity.first_key import register_first_key
from gateway.jsontypes import JsonObject
from harness.databases import create_database
from harness.environment import FIRST_KEY, Servers
from harness.gateway import GatewayProcess


@pytest.fixture
def gateway(servers: Servers, tmp_path: Path) -> GatewayProcess:
    return GatewayProcess(servers, tmp_path)


def said(gateway: GatewayProcess, *arguments: str) -> list[JsonObject]:
    result = gateway.run("admin", *arguments)
    assert result.returncode == 0, result.stderr
    return [orjson.loads(line) for line in result.stdout.splitlines()]


def test_a_tenant_is_managed_from_the_shell(gateway: GatewayProcess) -> None:
    [tenant] = said(gateway, "tenant", "create", "acme", "--weight", "3")
    identifier = str(tenant["id"])
    [key] = said(gateway, "key", "issue", identifier, "ci", "--scope", "inference", "--model", "small")
    [fresh] = said(gateway, "key", "rotate", str(key["id"]), "--overlap-hours", "1")
    assert fresh["secret"] != key["secret"]
    assert len(said(gateway, "key", "list", identifier)) == 2
    limits = said(gateway, "limits", "set", identifier, "small", "--tokens-per-minute", "1000")
    assert limits == [{"model": "small", "requests_per_minute": None, "tokens_per_minute": 1000, "concurrency": None}]
    assert said(gateway, "budget", "set", identifier, "month", "5000") == []
    assert said(gateway, "usage", "report", identifier, "--by", "model") == []
    [suspended] = said(gateway, "tenant", "status", identifier, "suspended")
    assert (suspended["status"], suspended["weight"]) == ("suspended", 3)


def test_a_mistake_is_said_in_one_line_without_a_traceback(gateway: GatewayProcess) -> None:
    missing = gateway.run("admin", "key", "list", "ten_missing")
    assert (missing.returncode, missing.stderr) == (1, "gateway admin: No tenant with id 'ten_missing'.\n")
    gateway.environment["POSTGRES_PORT"] = "1"
    away = gateway.run("migrate")
    assert away.returncode == 1
    assert away.stderr.startswith("gateway migrate: a store is not available:")
    gateway.environment["GATEWAY_LOG_LEVEL"] = "LOUD"
    wrong = gateway.run("serve")
    assert wrong.returncode == 1
    assert "GATEWAY_LOG_LEVEL is 'LOUD'" in wrong.stderr


def test_a_number_out_of_range_is_refused_with_what_is_allowed(gateway: GatewayProcess) -> None:
    wrong = gateway.run("admin", "limits", "set", "ten_1", "*", "--requests-per-minute", "99999999999")
    assert wrong.returncode == 2
    assert "--requests-per-minute: '99999999999': Input should be less than or equal to 2147483647" in wrong.stderr


async def test_the_migrations_job_makes_the_schema_and_the_first_key_and_may_run_again(
    servers: Servers, gateway: GatewayProcess, tmp_path: Path
) -> None:
    servers.database = await create_database(servers.postgres)
    fresh = GatewayProcess(servers, tmp_path / "fresh")
    for _ in range(2):
        result = fresh.run("migrate")
        assert result.returncode == 0, result.stderr
    [tenant] = said(fresh, "tenant", "list")
    [key] = said(fresh, "key", "list", str(tenant["id"]))
    assert (tenant["name"], key["scopes"]) == ("default", ["inference", "usage", "admin"])


async def test_the_migrations_job_needs_nothing_but_postgres(servers: Servers, tmp_path: Path) -> None:
    servers.database = await create_database(servers.postgres)
    job = GatewayProcess(servers, tmp_path / "job")
    job.environment = {
        name: value for name, value in job.environment.items() if not name.startswith(("CACHE_", "QUEUE_"))
    }
    result = job.run("migrate")
    assert result.returncode == 0, result.stderr
    assert "the first key is registered" in result.stderr + result.stdout


async def test_a_new_first_key_replaces_the_old_one_after_an_hour(control: ControlPlane) -> None:
    await register_first_key(control.tenancy, control.issuer, FIRST_KEY)
    await register_first_key(control.tenancy, control.issuer, FIRST_KEY + "-next")
    for secret in (FIRST_KEY, FIRST_KEY + "-next"):
        assert isinstance(await control.authenticator.authenticate(secret.encode()), Principal)
    [tenant] = await control.tenancy.tenants()
    old, new = await control.issuer.of_tenant(tenant.id)
    assert old.expires_at is not None
    assert new.expires_at is None
    assert isinstance(await control.authenticator.authenticate(b"sk-other"), Denial)
