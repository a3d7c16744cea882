"""Usage reports, for a tenant's own key and for administrators."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from gateway.api import fields
from gateway.api.access import UsagePrincipal, requires
from gateway.api.failures import InvalidError
from gateway.api.fields import TenantId
from gateway.usage.reports import Grouping, UsageLine, UsageReports

_DEFAULT_DAYS = 30


class UsageAnswer(fields.Answer):
    #: The day, model or key that the sums are for.
    group: str
    requests: int
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int


class Span(fields.Request):
    """Which usage to add up, and how."""

    #: First day (UTC). The default is 30 days ago.
    since: date | None = None
    #: Last day (UTC). The default is today.
    until: date | None = None
    group_by: Grouping = "total"


def _reports(request: Request) -> UsageReports:
    reports: UsageReports = request.app.state.reports
    return reports


ReportsDependency = Annotated[UsageReports, Depends(_reports)]
SpanQuery = Annotated[Span, Query()]
router = APIRouter(tags=["usage"])


@router.get("/v1/usage", response_model=list[UsageAnswer])
async def own_usage(span: SpanQuery, principal: UsagePrincipal, reports: ReportsDependency) -> Sequence[UsageLine]:
    """Usage of the tenant whose key asks."""
    return await _report(reports, principal.tenant_id, span)


@router.get(
    "/admin/v1/tenants/{tenant_id}/usage",
    response_model=list[UsageAnswer],
    dependencies=[Depends(requires("admin"))],
)
async def usage_of(tenant_id: TenantId, span: SpanQuery, reports: ReportsDependency) -> Sequence[UsageLine]:
    return await _report(reports, tenant_id, span)


async def _report(reports: UsageReports, tenant_id: str, span: Span) -> Sequence[UsageLine]:
    today = datetime.now(UTC).date()
    since = span.since or today - timedelta(days=_DEFAULT_DAYS)
    until = span.until or today
    if since > until:
        raise InvalidError(f"since is {since}, which is after until, {until}.", "since")
    if until == date.max:
        raise InvalidError("until must be a day before 9999-12-31.", "until")
    return await reports.report(tenant_id, _midnight(since), _midnight(until + timedelta(days=1)), span.group_by)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
