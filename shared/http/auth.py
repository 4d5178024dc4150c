"""Staff tokens: JWTs (RFC 7519) of an OIDC issuer, verified with the keys of its JWKS; in development with a key that
set-up made.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jwt
from flask import g, request

from shared import runtime
from shared.errors import Forbidden, Unauthorized
from shared.http.jwks import RemoteKeySet, make_fetcher

ALGORITHMS = ["EdDSA", "ES256", "RS256"]


def require(scope: str) -> None:
    """Let the request on only with a bearer token that carries `scope`. Raises Unauthorized or Forbidden."""
    admit(verify(_bearer()), scope)


def admit(claims: Mapping[str, Any], scope: str) -> None:
    """Let the request on as the one whom `claims` name, where they carry `scope`. Raises Forbidden."""
    if scope not in scopes(claims):
        raise Forbidden(f"This needs the scope {scope}.")
    g.actor = str(claims["sub"])


def scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    """Return the scopes of these claims (RFC 8693, 4.2)."""
    return frozenset(str(claims.get("scope", "")).split())


def actor() -> str:
    """Return the name that the staff token was issued to, for the audit log."""
    return g.actor


def has(scope: str) -> bool:
    """True if the request carries a staff token with `scope`; a token that is there must be valid. Raises
    Unauthorized.
    """
    if "Authorization" not in request.headers:
        return False
    try:
        require(scope)
    except Forbidden:
        return False
    return True


def verify(token: str) -> dict[str, Any]:
    """The claims of a staff token. Raises Unauthorized for one that is not valid now, and ProviderAway where the
    keys to tell that by cannot be fetched.
    """
    settings = runtime.settings()
    try:
        return jwt.decode(
            token,
            _key(settings.jwks, token),
            algorithms=ALGORITHMS,
            audience=settings.jwt_audience,
            issuer=settings.jwt_issuer,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, ValueError):
        raise Unauthorized("The token is not valid.") from None


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorized("A bearer token is needed.")
    return token


def _key(jwks: str, token: str) -> jwt.PyJWK:
    kid = jwt.get_unverified_header(token).get("kid")
    if jwks.startswith("https://"):
        return _remote(jwks).find(kid)
    for key in _local(jwks, Path(jwks).stat().st_mtime_ns).keys:
        if key.key_id == kid:
            return key
    raise jwt.InvalidTokenError("unknown key")


@cache
def _remote(url: str) -> RemoteKeySet:
    return RemoteKeySet(make_fetcher(url))


@cache
def _local(path: str, _changed: int) -> jwt.PyJWKSet:
    return jwt.PyJWKSet.from_json(Path(path).read_text())
