"""Reads what PostgreSQL knows about a key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Protocol

from sqlalchemy import ColumnElement, select

from gateway.contracts import ModelLimits, Principal, TokenBudget
from gateway.storage.database import Database
from gateway.storage.tables import ApiKey, Budget, Limit, Tenant


@dataclass(frozen=True, slots=True)
class Identity:
    """A key's principal, and how long and whether it counts."""

    principal: Principal
    suspended: bool
    expires_at: datetime | None

    @property
    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= datetime.now(UTC)


class Directory(Protocol):
    """Where identities come from."""

    async def by_digest(self, digest: bytes) -> Identity | None: ...


class PostgresDirectory:
    """Identities in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_digest(self, digest: bytes) -> Identity | None:
        """The identity of the key with this keyed hash; None when there is no such key."""
        return await self._one(ApiKey.digest == digest)

    async def by_key_id(self, key_id: str) -> Identity | None:
        """The identity of a key that was authenticated before, for work done later on its behalf."""
        return await self._one(ApiKey.id == key_id)

    async def _one(self, condition: ColumnElement[bool]) -> Identity | None:
        query = (
            select(ApiKey, Tenant, Budget)
            .join(Tenant, Tenant.id == ApiKey.tenant_id)
            .outerjoin(Budget, Budget.tenant_id == Tenant.id)
            .where(condition)
        )
        async with self._database.session() as session:
            row = (await session.execute(query)).one_or_none()
            if row is None:
                return None
            key, tenant, budget = row
            limits = (await session.scalars(select(Limit).where(Limit.tenant_id == tenant.id))).all()
        return _identity(key, tenant, budget, limits)


def _identity(key: ApiKey, tenant: Tenant, budget: Budget | None, limits: Sequence[Limit]) -> Identity:
    principal = Principal(
        tenant_id=tenant.id,
        key_id=key.id,
        scopes=frozenset(key.scopes),
        models=None if key.models is None else frozenset(key.models),
        priority=tenant.priority,
        weight=tenant.weight,
        limits=MappingProxyType(
            {row.model: ModelLimits(row.requests_per_minute, row.tokens_per_minute, row.concurrency) for row in limits}
        ),
        budget=None if budget is None else TokenBudget("day" if budget.period == "day" else "month", budget.tokens),
    )
    return Identity(principal=principal, suspended=tenant.status != "active", expires_at=key.expires_at)
