"""Issues, rotates and ends API keys: what the admin API and the command line both do."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from gateway.identity.keys import KeyMaker
from gateway.storage.database import Database
from gateway.storage.rows import ConflictError, existing, new_id
from gateway.storage.tables import ApiKey, Tenant


@dataclass(frozen=True, slots=True)
class KeyGrant:
    """What a new key may do."""

    name: str
    scopes: Sequence[str] = ("inference",)
    #: None means every model.
    models: Sequence[str] | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A stored key together with its secret, which nobody can read again."""

    row: ApiKey
    secret: str


class KeyIssuer:
    """Every change is committed before `changed(id)` tells the replicas about it."""

    def __init__(self, database: Database, keys: KeyMaker, changed: Callable[[str], Awaitable[None]]) -> None:
        self._database = database
        self._keys = keys
        self._changed = changed

    async def issue(self, tenant_id: str, grant: KeyGrant, secret: str | None = None) -> IssuedKey:
        """Store a new key, or a `secret` that was made elsewhere. Raises ConflictError when that exists already."""
        made = self._keys.describe(secret) if secret else self._keys.make()
        row = ApiKey(
            id=new_id("key"),
            tenant_id=tenant_id,
            name=grant.name,
            hint=made.hint,
            digest=made.digest,
            scopes=list(grant.scopes),
            models=None if grant.models is None else list(grant.models),
            created_at=datetime.now(UTC),
            expires_at=grant.expires_at,
        )
        try:
            async with self._database.session() as session:
                await existing(session, Tenant, tenant_id)
                session.add(row)
        except IntegrityError as error:
            raise ConflictError("This key is registered already.") from error
        await self._changed(row.id)
        return IssuedKey(row, made.secret)

    async def of_tenant(self, tenant_id: str) -> Sequence[ApiKey]:
        async with self._database.session() as session:
            await existing(session, Tenant, tenant_id)
            query = select(ApiKey).where(ApiKey.tenant_id == tenant_id).order_by(ApiKey.created_at)
            return (await session.scalars(query)).all()

    async def rotate(self, key_id: str, overlap: timedelta) -> IssuedKey:
        """Issue a key with the same rights; the old one works for `overlap` longer. Raises NotFoundError."""
        async with self._database.session() as session:
            old = await existing(session, ApiKey, key_id)
        grant = KeyGrant(old.name, old.scopes, old.models, old.expires_at)
        issued = await self.issue(old.tenant_id, grant)
        await self.expire(key_id, datetime.now(UTC) + overlap)
        return issued

    async def expire(self, key_id: str, at: datetime | None = None) -> None:
        """End a key now, or `at` a later time; never later than it would have ended anyway."""
        end = at or datetime.now(UTC)
        async with self._database.session() as session:
            key = await existing(session, ApiKey, key_id)
            key.expires_at = min(end, key.expires_at) if key.expires_at else end
        await self._changed(key_id)
