"""The key that a deployment brings along, so that somebody can ask for the others."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, get_args

from gateway.contracts import Scope
from gateway.identity.issuing import KeyGrant, KeyIssuer
from gateway.identity.tenancy import Tenancy
from gateway.storage.rows import ConflictError
from gateway.storage.tables import Tenant

_TENANT: Final = "default"
_NAME: Final = "first key"
#: The previous first key works this much longer, while replicas and clients change over.
_OVERLAP: Final = timedelta(hours=1)


async def register_first_key(tenancy: Tenancy, issuer: KeyIssuer, secret: str) -> None:
    """Make `secret` a key of the tenant `default` with every scope. Doing it again changes nothing."""
    tenant = await _default_tenant(tenancy)
    try:
        issued = await issuer.issue(tenant.id, KeyGrant(_NAME, get_args(Scope)), secret)
    except ConflictError:
        return
    for key in await issuer.of_tenant(tenant.id):
        if key.name == _NAME and key.id != issued.row.id:
            await issuer.expire(key.id, datetime.now(UTC) + _OVERLAP)


async def _default_tenant(tenancy: Tenancy) -> Tenant:
    try:
        return await tenancy.create_tenant(_TENANT)
    except ConflictError:
        tenants: Sequence[Tenant] = await tenancy.tenants()
        return next(tenant for tenant in tenants if tenant.name == _TENANT)
