"""Finding rows by id, and making ids."""

import secrets
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.storage.tables import Base

_Row = TypeVar("_Row", bound=Base)
_KINDS = {"tenants": "tenant", "api_keys": "key", "files": "file", "batches": "batch"}


class NotFoundError(LookupError):
    """The message names the object that does not exist."""


class ConflictError(ValueError):
    """The message names the object that is in the way."""


def new_id(kind: str) -> str:
    """An id such as `ten_1f0c…`: its kind, and 96 random bits."""
    return f"{kind}_{secrets.token_hex(12)}"


async def existing(session: AsyncSession, table: type[_Row], identifier: str, tenant_id: str | None = None) -> _Row:
    """The row with this id, and of this tenant when one is given. Raises NotFoundError.

    A row of another tenant is reported exactly like one that does not exist.
    """
    row = await session.get(table, identifier)
    if row is None or (tenant_id is not None and getattr(row, "tenant_id", None) != tenant_id):
        kind = _KINDS[table.__tablename__]
        raise NotFoundError(f"No {kind} with id {identifier!r}.")
    return row
