"""The control surface without a network, and tenants to use it with."""

from collections.abc import Sequence
from dataclasses import dataclass

from httpx2 import ASGITransport, AsyncClient

from gateway.api.application import create_api
from gateway.contracts import Scope
from gateway.control import ControlPlane
from gateway.identity.issuing import KeyGrant

MODELS = ("small", "large")


class Catalogue:
    """Implements `ModelCatalogue`."""

    def models(self) -> Sequence[str]:
        return MODELS


@dataclass(frozen=True)
class Customer:
    """A tenant with one key."""

    tenant_id: str
    key_id: str
    secret: str

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.secret}"}


def api_client(control: ControlPlane) -> AsyncClient:
    """A client of all routes of the control surface."""
    app = create_api(control, Catalogue())
    return AsyncClient(transport=ASGITransport(app=app, raise_app_exceptions=False), base_url="http://gateway")


async def customer(
    control: ControlPlane,
    name: str,
    scopes: Sequence[Scope] = ("inference", "usage"),
    models: Sequence[str] | None = None,
) -> Customer:
    """Make a tenant and a key of it."""
    tenant = await control.tenancy.create_tenant(name)
    issued = await control.issuer.issue(tenant.id, KeyGrant("test", scopes, models))
    return Customer(tenant.id, issued.row.id, issued.secret)
