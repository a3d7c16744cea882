"""Who may use a route."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from gateway.api.failures import DeniedError
from gateway.contracts import Authenticator, Denial, Principal, Scope

_NO_KEY = Denial(401, "missing_api_key", "No API key was given. Send it as `Authorization: Bearer <key>`.")
_BEARER = HTTPBearer(auto_error=False, description="An API key.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]


def allows(principal: Principal, scope: Scope) -> bool:
    """Whether the principal's key may do what `scope` stands for; `admin` may do everything."""
    return scope in principal.scopes or "admin" in principal.scopes


def requires(scope: Scope) -> Callable[..., Awaitable[Principal]]:
    """A dependency that yields the principal, or ends the request with 401, 403 or 503."""

    async def principal(request: Request, credentials: Credentials) -> Principal:
        if credentials is None:
            raise DeniedError(_NO_KEY)
        authenticator: Authenticator = request.app.state.authenticator
        token = credentials.credentials.encode("latin-1")
        answer = authenticator.authenticate_cached(token) or await authenticator.authenticate(token)
        if isinstance(answer, Denial):
            raise DeniedError(answer)
        if not allows(answer, scope):
            raise DeniedError(Denial(403, "missing_scope", f"This API key lacks the scope {scope!r}."))
        return answer

    return principal


InferencePrincipal = Annotated[Principal, Depends(requires("inference"))]
UsagePrincipal = Annotated[Principal, Depends(requires("usage"))]
