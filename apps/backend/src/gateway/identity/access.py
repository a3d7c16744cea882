"""Who asks, and whether the key may do what is asked for."""

from typing import Final

from gateway.contracts import Authenticator, Denial, Principal, Scope
from gateway.errors import RefusedError

_NO_KEY: Final = Denial(401, "missing_api_key", "No API key was given. Send it as `Authorization: Bearer <key>`.")


async def identify(authenticator: Authenticator, authorization: bytes, scope: Scope) -> Principal:
    """The principal of a request with this header `Authorization`. Raises RefusedError (401, 403, 503)."""
    kind, _, token = authorization.partition(b" ")
    token = token.strip()
    if kind.lower() != b"bearer" or not token:
        raise RefusedError(_NO_KEY)
    principal = authenticator.authenticate_cached(token) or await authenticator.authenticate(token)
    if isinstance(principal, Denial):
        raise RefusedError(principal)
    if scope not in principal.scopes and "admin" not in principal.scopes:
        raise RefusedError(Denial(403, "missing_scope", f"This API key lacks the scope {scope!r}."))
    return principal
