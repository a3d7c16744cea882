"""Who may use a route."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from gateway.contracts import Principal, Scope
from gateway.identity.access import identify

_BEARER = HTTPBearer(auto_error=False, description="An API key.")
#: Only for the description of the routes: the hot path reads the header in the same way.
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]


def requires(scope: Scope) -> Callable[..., Awaitable[Principal]]:
    """A dependency that yields the principal, or ends the request with 401, 403 or 503."""

    async def principal(request: Request, _: Credentials) -> Principal:
        authorization = request.headers.get("authorization", "").encode("latin-1")
        return await identify(request.app.state.authenticator, authorization, scope)

    return principal


InferencePrincipal = Annotated[Principal, Depends(requires("inference"))]
UsagePrincipal = Annotated[Principal, Depends(requires("usage"))]
