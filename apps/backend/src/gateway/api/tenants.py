"""Admin routes for tenants, their limits and budgets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, status
from pydantic import Field

from gateway.api import fields
from gateway.api.access import requires
from gateway.api.fields import Count, ModelName, Name, TenantId
from gateway.contracts import ModelLimits, TokenBudget
from gateway.identity.tenancy import Tenancy
from gateway.storage.rows import NotFoundError
from gateway.storage.tables import Limit, Tenant


class NewTenant(fields.Request):
    name: Name
    #: Priority class; 0 is served first.
    priority: Annotated[int, Field(ge=0, le=9)] = 1
    weight: fields.Weight = 1


class TenantChange(fields.Request):
    """Fields that are left out stay as they are."""

    priority: Annotated[int, Field(ge=0, le=9)] | None = None
    weight: fields.Weight | None = None
    status: Literal["active", "suspended"] | None = None


class TenantAnswer(fields.Answer):
    id: str
    name: str
    priority: int
    weight: int
    status: str
    created_at: datetime


class LimitsBody(fields.Request):
    """Null, or leaving a field out, means no limit."""

    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    #: Requests in flight.
    concurrency: Count | None = None


class LimitsAnswer(fields.Answer):
    model: str
    requests_per_minute: int | None
    tokens_per_minute: int | None
    concurrency: int | None


class BudgetBody(fields.Request):
    """Prompt and completion tokens for each calendar day or month (UTC)."""

    period: Literal["day", "month"]
    tokens: fields.Tokens


def _tenancy(request: Request) -> Tenancy:
    tenancy: Tenancy = request.app.state.tenancy
    return tenancy


TenancyDependency = Annotated[Tenancy, Depends(_tenancy)]
router = APIRouter(prefix="/admin/v1/tenants", tags=["tenants"], dependencies=[Depends(requires("admin"))])


@router.post("", status_code=status.HTTP_201_CREATED, response_model=TenantAnswer)
async def create_tenant(body: NewTenant, tenancy: TenancyDependency) -> Tenant:
    return await tenancy.create_tenant(body.name, priority=body.priority, weight=body.weight)


@router.get("", response_model=list[TenantAnswer])
async def list_tenants(tenancy: TenancyDependency) -> Sequence[Tenant]:
    return await tenancy.tenants()


@router.get("/{tenant_id}", response_model=TenantAnswer)
async def get_tenant(tenant_id: TenantId, tenancy: TenancyDependency) -> Tenant:
    return await tenancy.tenant(tenant_id)


@router.patch("/{tenant_id}", response_model=TenantAnswer)
async def change_tenant(tenant_id: TenantId, body: TenantChange, tenancy: TenancyDependency) -> Tenant:
    async with tenancy.change_tenant(tenant_id) as tenant:
        tenant.priority = tenant.priority if body.priority is None else body.priority
        tenant.weight = tenant.weight if body.weight is None else body.weight
        tenant.status = body.status or tenant.status
    return tenant


@router.get("/{tenant_id}/limits", response_model=list[LimitsAnswer])
async def list_limits(tenant_id: TenantId, tenancy: TenancyDependency) -> Sequence[Limit]:
    return await tenancy.limits(tenant_id)


@router.put("/{tenant_id}/limits/{model:path}", status_code=status.HTTP_204_NO_CONTENT)
async def set_limits(tenant_id: TenantId, model: ModelName, body: LimitsBody, tenancy: TenancyDependency) -> None:
    """`model` is a model's name, or `*` for all models together."""
    limits = ModelLimits(body.requests_per_minute, body.tokens_per_minute, body.concurrency)
    await tenancy.set_limits(tenant_id, model, limits)


@router.delete("/{tenant_id}/limits/{model:path}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_limits(tenant_id: TenantId, model: ModelName, tenancy: TenancyDependency) -> None:
    await tenancy.remove_limits(tenant_id, model)


@router.get("/{tenant_id}/budget", response_model=BudgetBody)
async def get_budget(tenant_id: TenantId, tenancy: TenancyDependency) -> TokenBudget:
    budget = await tenancy.budget(tenant_id)
    if budget is None:
        raise NotFoundError(f"The tenant {tenant_id!r} has no budget.")
    return budget


@router.put("/{tenant_id}/budget", status_code=status.HTTP_204_NO_CONTENT)
async def set_budget(tenant_id: TenantId, body: BudgetBody, tenancy: TenancyDependency) -> None:
    await tenancy.set_budget(tenant_id, TokenBudget(body.period, body.tokens))


@router.delete("/{tenant_id}/budget", status_code=status.HTTP_204_NO_CONTENT)
async def remove_budget(tenant_id: TenantId, tenancy: TenancyDependency) -> None:
    await tenancy.set_budget(tenant_id, None)
