"""Adds usage up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import ColumnElement, func, literal, select

from gateway.storage.database import Database
from gateway.storage.tables import Usage

Grouping: TypeAlias = Literal["total", "day", "model", "key"]


@dataclass(frozen=True, slots=True)
class UsageLine:
    """Sums over the requests of one group."""

    group: str
    requests: int
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int


class UsageReports:
    """Sums of what is in PostgreSQL; a request arrives there about a second after its answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def spent(self, tenant_id: str, since: datetime) -> int:
        """Prompt and completion tokens of a tenant's requests since then."""
        query = select(func.coalesce(func.sum(Usage.prompt_tokens + Usage.completion_tokens), 0)).where(
            Usage.tenant_id == tenant_id, Usage.started_at >= since
        )
        async with self._database.session() as session:
            return int((await session.scalars(query)).one())

    async def report(self, tenant_id: str, since: datetime, until: datetime, by: Grouping) -> Sequence[UsageLine]:
        """One line per day (UTC), model or key of a tenant; `until` itself is not included."""
        group = _GROUPS[by].label("group")
        query = (
            select(
                group,
                func.count(),
                func.sum(Usage.prompt_tokens),
                func.sum(Usage.completion_tokens),
                func.sum(Usage.cached_tokens),
            )
            .where(Usage.tenant_id == tenant_id, Usage.started_at >= since, Usage.started_at < until)
            .group_by(group)
            .order_by(group)
        )
        async with self._database.session() as session:
            rows = await session.execute(query)
            return [UsageLine(*row) for row in rows]


_GROUPS: dict[Grouping, ColumnElement[str]] = {
    "total": literal("total"),
    "day": func.to_char(func.timezone("UTC", Usage.started_at), "YYYY-MM-DD"),
    "model": Usage.model.expression,
    "key": Usage.key_id.expression,
}
