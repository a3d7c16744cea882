"""`gateway admin`: the admin API's verbs for a shell inside the cluster. Answers are JSON lines."""

import argparse
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, time, timedelta
from typing import TypeAlias

from gateway.api.keys import KeyAnswer
from gateway.api.tenants import LimitsAnswer, TenantAnswer
from gateway.contracts import ModelLimits, TokenBudget
from gateway.control import ControlPlane
from gateway.identity.issuing import IssuedKey, KeyGrant
from gateway.jsontypes import JsonObject

Arguments: TypeAlias = argparse.Namespace
Command: TypeAlias = Callable[[ControlPlane, Arguments], Awaitable[Iterable[JsonObject]]]


async def create_tenant(control: ControlPlane, given: Arguments) -> Iterable[JsonObject]:
    tenant = await control.tenancy.create_tenant(given.name, priority=given.priority, weight=given.weight)
    return [TenantAnswer.model_validate(tenant).model_dump(mode="json")]


async def list_tenants(control: ControlPlane, _: Arguments) -> Iterable[JsonObject]:
    return [TenantAnswer.model_validate(row).model_dump(mode="json") for row in await control.tenancy.tenants()]


async def set_status(control: ControlPlane, given: Arguments) -> Iterable[JsonObject]:
    async with control.tenancy.change_tenant(given.tenant) as tenant:
        tenant.status = given.status
    return [TenantAnswer.model_validate(tenant).model_dump(mode="json")]


async def issue_key(control: ControlPlane, given: Arguments) -> Iterable[JsonObject]:
    expires_at = None if given.days is None else datetime.now(UTC) + timedelta(days=given.days)
    grant = KeyGrant(given.name, given.scope or ["inference"], given.model or None, expires_at)
    return [_shown(await control.issuer.issue(given.tenant, grant))]


async def list_keys(control: ControlPlane, given: Arguments) -> Iterable[JsonObject]:
    rows = await control.issuer.of_tenant(given.tenant)
    return [KeyAnswer.model_validate(row).model_dump(mode="json") for row in rows]


async def rotate_key(control: ControlPlane, given: Arguments) -> Iterable[JsonObject]:
    return [_shown(await control.issuer.rotate(given.key, timedelta(hours=given.overlap_hours)))]


async def revoke_key(control: ControlPlane, given: Arguments) -> Iterable[JsonObject]:
    await control.issuer.expire(given.key)
    return []


async def set_limits(control: ControlPlane, given: Arguments) -> Iterable[JsonObject]:
    limits = ModelLimits(given.requests_per_minute, given.tokens_per_minute, given.concurrency)
    await control.tenancy.set_limits(given.tenant, given.model, limits)
    return await list_limits(control, given)


async def remove_limits(control: ControlPlane, given: Arguments) -> Iterable[JsonObject]:
    await control.tenancy.remove_limits(given.tenant, given.model)
    return await list_limits(control, given)


async def list_limits(control: ControlPlane, given: Arguments) -> Iterable[JsonObject]:
    rows = await control.tenancy.limits(given.tenant)
    return [LimitsAnswer.model_validate(row).model_dump(mode="json") for row in rows]


async def set_budget(control: ControlPlane, given: Arguments) -> Iterable[JsonObject]:
    await control.tenancy.set_budget(given.tenant, TokenBudget(given.period, given.tokens))
    return []


async def remove_budget(control: ControlPlane, given: Arguments) -> Iterable[JsonObject]:
    await control.tenancy.set_budget(given.tenant, None)
    return []


async def report_usage(control: ControlPlane, given: Arguments) -> Iterable[JsonObject]:
    since, until = (datetime.combine(day, time.min, UTC) for day in (given.since, given.until + timedelta(days=1)))
    lines = await control.reports.report(given.tenant, since, until, given.by)
    return [
        {
            "group": line.group,
            "requests": line.requests,
            "prompt_tokens": line.prompt_tokens,
            "completion_tokens": line.completion_tokens,
            "cached_tokens": line.cached_tokens,
        }
        for line in lines
    ]


def _shown(issued: IssuedKey) -> JsonObject:
    return {**KeyAnswer.model_validate(issued.row).model_dump(mode="json"), "secret": issued.secret}
