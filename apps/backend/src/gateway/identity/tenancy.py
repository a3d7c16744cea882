"""Tenants, their limits and budgets: what the admin API and the command line both do."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from gateway.contracts import ModelLimits, TokenBudget
from gateway.storage.database import Database
from gateway.storage.rows import ConflictError, existing, new_id
from gateway.storage.tables import Budget, Limit, Tenant


class Tenancy:
    """Every change is committed before `changed(id)` tells the replicas about it."""

    def __init__(self, database: Database, changed: Callable[[str], Awaitable[None]]) -> None:
        self._database = database
        self._changed = changed

    async def create_tenant(self, name: str, *, priority: int = 1, weight: int = 1) -> Tenant:
        """Raises ConflictError when the name is taken."""
        tenant = Tenant(
            id=new_id("ten"), name=name, priority=priority, weight=weight, status="active", created_at=datetime.now(UTC)
        )
        try:
            async with self._database.session() as session:
                session.add(tenant)
        except IntegrityError as error:
            raise ConflictError(f"A tenant named {name!r} exists already.") from error
        return tenant

    async def tenants(self) -> Sequence[Tenant]:
        async with self._database.session() as session:
            return (await session.scalars(select(Tenant).order_by(Tenant.created_at))).all()

    async def tenant(self, tenant_id: str) -> Tenant:
        async with self._database.session() as session:
            return await existing(session, Tenant, tenant_id)

    @asynccontextmanager
    async def change_tenant(self, tenant_id: str) -> AsyncIterator[Tenant]:
        """Assign to the tenant's priority, weight or status inside the block."""
        async with self._database.session() as session:
            yield await existing(session, Tenant, tenant_id)
        await self._changed(tenant_id)

    async def limits(self, tenant_id: str) -> Sequence[Limit]:
        async with self._database.session() as session:
            await existing(session, Tenant, tenant_id)
            query = select(Limit).where(Limit.tenant_id == tenant_id).order_by(Limit.model)
            return (await session.scalars(query)).all()

    async def set_limits(self, tenant_id: str, model: str, limits: ModelLimits) -> None:
        values = {
            "requests_per_minute": limits.requests_per_minute,
            "tokens_per_minute": limits.tokens_per_minute,
            "concurrency": limits.concurrency,
        }
        statement = insert(Limit).values(tenant_id=tenant_id, model=model, **values)
        async with self._database.session() as session:
            await existing(session, Tenant, tenant_id)
            await session.execute(
                statement.on_conflict_do_update(index_elements=[Limit.tenant_id, Limit.model], set_=values)
            )
        await self._changed(tenant_id)

    async def remove_limits(self, tenant_id: str, model: str) -> None:
        async with self._database.session() as session:
            await existing(session, Tenant, tenant_id)
            await session.execute(delete(Limit).where(Limit.tenant_id == tenant_id, Limit.model == model))
        await self._changed(tenant_id)

    async def budget(self, tenant_id: str) -> TokenBudget | None:
        async with self._database.session() as session:
            await existing(session, Tenant, tenant_id)
            row = await session.get(Budget, tenant_id)
        return None if row is None else TokenBudget("day" if row.period == "day" else "month", row.tokens)

    async def set_budget(self, tenant_id: str, budget: TokenBudget | None) -> None:
        """Replace the tenant's budget; None removes it."""
        async with self._database.session() as session:
            await existing(session, Tenant, tenant_id)
            await session.execute(delete(Budget).where(Budget.tenant_id == tenant_id))
            if budget:
                session.add(Budget(tenant_id=tenant_id, period=budget.period, tokens=budget.tokens))
        await self._changed(tenant_id)
