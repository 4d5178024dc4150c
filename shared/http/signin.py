"""Staff sign in to the pages by the identity provider (OpenID Connect: authorization code with PKCE, RFC 7636).

What they get is the provider's access token, the same that the API takes, in a cookie that no script can read. All
three services of the origin take it, and none keeps anything of it.
"""

import time
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, Flask, Response, current_app, g, request, session

from shared import runtime
from shared.errors import DomainError, Forbidden, Unauthorized
from shared.http import auth
from shared.http.circuit_breaker import CircuitBreaker
from shared.http.forms import reject_cross_site
from shared.http.responses import see_other
from shared.settings import Settings, read_keys, read_secret

log = structlog.get_logger()

COOKIE = "convene_staff"
PROVIDER = "staff"
# Each of a sign-in's two questions to the provider; the gateway waits for nine.
SECONDS = 4
# One for all threads and applications of a process.
breaker = CircuitBreaker()


class SignInAway(DomainError):
    status, problem = 503, "sign-in-away"


def install(app: Flask, settings: Settings) -> None:
    """Let the pages of an application ask the provider who somebody is; where none is set, nobody of staff comes in."""
    # Holds what a sign-in that is on its way must come back with, and nothing else.
    app.config.update(
        SESSION_COOKIE_NAME="convene_sign_in",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_PATH=f"/{app.name}/staff/",
    )
    key, *former = read_keys(settings.session_key_file) or [None]
    app.secret_key = key
    app.config["SECRET_KEY_FALLBACKS"] = former
    if settings.oidc_discovery:
        oauth = OAuth(app)
        oauth.register(
            PROVIDER,
            server_metadata_url=settings.oidc_discovery,
            client_id=settings.oidc_client_id,
            client_secret=read_secret(settings.oidc_client_secret_file),
            client_kwargs={
                "scope": settings.oidc_scope,
                "code_challenge_method": "S256",
                "default_timeout": SECONDS,
                "token_endpoint_auth_method": "client_secret_basic" if settings.oidc_client_secret_file else "none",
            },
        )


def require_staff(scope: str) -> Response | None:
    """Let the request on where staff with `scope` are signed in, as `auth.actor()`; `g.staff` is what pages show of
    them. Otherwise redirect a GET request to the sign-in page. Raises Unauthorized, Forbidden.
    """
    try:
        claims = auth.verify(request.cookies.get(COOKIE, ""))
    except Unauthorized:
        if request.method != "GET":
            raise Unauthorized(
                "You are not signed in any more. Sign in in another window, then send this again."
            ) from None
        return _lead(request.full_path.rstrip("?"))
    g.staff = {"name": claims.get("name") or claims["sub"], "scopes": auth.scopes(claims)}
    g.forms_lead_to = _sign_out_origin()
    auth.admit(claims, scope)
    return None


def blueprint(service: str) -> Blueprint:
    """`/<service>/staff/sign-in`, whereto the provider sends people back, and `…/sign-out`."""
    pages = Blueprint("sign-in", __name__, url_prefix=f"/{service}/staff")
    pages.before_request(reject_cross_site)

    @pages.get("/sign-in")
    def begin() -> Any:
        """To the provider."""
        provider = _provider()
        _load(provider)
        session["next"] = local_path(request.args.get("next", ""))
        return provider.authorize_redirect(f"{runtime.settings().public_url}/{service}/staff/signed-in")

    @pages.get("/signed-in")
    def finish() -> Response:
        """Back from the provider."""
        provider = _provider()
        try:
            with breaker.guard():
                token = provider.authorize_access_token()
        except OAuthError as error:
            log.info("sign-in refused", error=error.error)
            raise Forbidden("The sign-in did not succeed. Please try again.") from None
        access = str(token.get("access_token", ""))
        claims = auth.verify(access)
        response = see_other(local_path(session.pop("next", "")) or f"/{service}/staff/")
        _set_cookie(response, access, seconds=int(claims["exp"] - time.time()))
        return response

    @pages.post("/sign-out")
    def sign_out() -> Response:
        """Forget the token in this browser, and have the provider end its session where it offers that."""
        response = see_other(_end_session() or "/")
        session.clear()
        _set_cookie(response, "", seconds=0)
        return response

    for view in (begin, finish):
        vars(view).update(takes_query=True)
    return pages


def local_path(address: str) -> str:
    """The address where it is a path of this site, else nothing: no sign-in leads anywhere else."""
    parts = urlsplit(address)
    safe = address.startswith("/") and not address.startswith("//") and "\\" not in address and address.isprintable()
    return address if safe and not parts.scheme and not parts.netloc else ""


def _lead(wanted: str) -> Response:
    address = f"/{runtime.current().service}/staff/sign-in?{urlencode({'next': wanted})}"
    if "HX-Request" in request.headers:
        return Response(status=204, headers={"HX-Redirect": address})
    return see_other(address)


def _client() -> Any:
    found = current_app.extensions.get("authlib.integrations.flask_client")
    return found.create_client(PROVIDER) if found else None


def _provider() -> Any:
    client = _client()
    if client is None:
        raise SignInAway("No identity provider is set up here (OIDC_DISCOVERY).")
    return client


def _load(provider: Any) -> None:
    """Have the provider's metadata (OpenID Connect Discovery 1.0), which are kept. Raises ProviderAway."""
    if "_loaded_at" not in provider.server_metadata:
        with breaker.guard():
            provider.load_server_metadata()


def _end_session() -> str | None:
    """Return the URL at which the provider ends its own session and redirects to this site (OpenID Connect RP-Initiated
    Logout 1.0); None if it offers none, or does not respond.
    """
    try:
        provider = _provider()
        _load(provider)
    except DomainError:
        return None
    address = provider.server_metadata.get("end_session_endpoint")
    settings = runtime.settings()
    told = {"client_id": settings.oidc_client_id, "post_logout_redirect_uri": f"{settings.public_url}/"}
    return f"{address}{'&' if '?' in address else '?'}{urlencode(told)}" if address else None


def _sign_out_origin() -> str:
    """Return the origin that the form to sign out redirects to, since browsers hold redirects after a form to the
    page's policy too.
    """
    client = _client()
    metadata = client.server_metadata if client else {}
    address = urlsplit(metadata.get("end_session_endpoint") or runtime.settings().oidc_discovery or "")
    return f"{address.scheme}://{address.netloc}" if address.netloc else ""


def _set_cookie(response: Response, token: str, *, seconds: int) -> None:
    """Lax, since links from mails lead to pages of staff too; forms of other sites are refused by their origin."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=seconds,
        secure=runtime.settings().https,
        httponly=True,
        samesite="Lax",
    )
