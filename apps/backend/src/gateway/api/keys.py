"""Admin routes for API keys."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, status
from pydantic import Field

from gateway.api import fields
from gateway.api.access import requires
from gateway.api.fields import KeyId, Name, TenantId
from gateway.contracts import Scope
from gateway.identity.issuing import IssuedKey, KeyGrant, KeyIssuer
from gateway.storage.tables import ApiKey

_TEN_YEARS_IN_SECONDS = 10 * 366 * 24 * 3600
_THIRTY_DAYS_IN_SECONDS = 30 * 24 * 3600


class NewKey(fields.Request):
    name: Name
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=3)] = ("inference",)
    #: Models the key may use; null means every model.
    models: Annotated[list[Name], Field(max_length=100)] | None = None
    #: Seconds after which the key stops working; null means never.
    expires_in_seconds: Annotated[int, Field(ge=1, le=_TEN_YEARS_IN_SECONDS)] | None = None


class Rotation(fields.Request):
    #: Seconds for which the old key keeps working beside the new one.
    overlap_seconds: Annotated[int, Field(ge=0, le=_THIRTY_DAYS_IN_SECONDS)] = 24 * 3600


class KeyAnswer(fields.Answer):
    id: str
    tenant_id: str
    name: str
    #: First characters of the key.
    hint: str
    scopes: list[str]
    models: list[str] | None
    created_at: datetime
    expires_at: datetime | None


class NewKeyAnswer(KeyAnswer):
    #: The key itself. It is shown here and never again.
    secret: str


def _issuer(request: Request) -> KeyIssuer:
    issuer: KeyIssuer = request.app.state.issuer
    return issuer


IssuerDependency = Annotated[KeyIssuer, Depends(_issuer)]
router = APIRouter(prefix="/admin/v1", tags=["keys"], dependencies=[Depends(requires("admin"))])


@router.post("/tenants/{tenant_id}/keys", status_code=status.HTTP_201_CREATED)
async def issue_key(tenant_id: TenantId, body: NewKey, issuer: IssuerDependency) -> NewKeyAnswer:
    lifetime = body.expires_in_seconds
    expires_at = None if lifetime is None else datetime.now(UTC) + timedelta(seconds=lifetime)
    return _shown(await issuer.issue(tenant_id, KeyGrant(body.name, body.scopes, body.models, expires_at)))


@router.get("/tenants/{tenant_id}/keys", response_model=list[KeyAnswer])
async def list_keys(tenant_id: TenantId, issuer: IssuerDependency) -> Sequence[ApiKey]:
    return await issuer.of_tenant(tenant_id)


@router.post("/keys/{key_id}/rotate", status_code=status.HTTP_201_CREATED)
async def rotate_key(key_id: KeyId, body: Rotation, issuer: IssuerDependency) -> NewKeyAnswer:
    """Issue a key with the same rights; both work until the overlap ends."""
    return _shown(await issuer.rotate(key_id, timedelta(seconds=body.overlap_seconds)))


@router.delete("/keys/{key_id}", status_code=status.HTTP_204_NO_CONTENT)
async def revoke_key(key_id: KeyId, issuer: IssuerDependency) -> None:
    """End the key now: at once on every replica while Redis is there, else within 30 seconds."""
    await issuer.expire(key_id)


def _shown(issued: IssuedKey) -> NewKeyAnswer:
    return NewKeyAnswer(**KeyAnswer.model_validate(issued.row).model_dump(), secret=issued.secret)
