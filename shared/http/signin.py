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
from shared.http.answers import see_other
from shared.http.forms import refuse_foreign
from shared.settings import Settings, read_keys, read_secret

log = structlog.get_logger()

COOKIE = "convene_staff"
PROVIDER = "staff"
SECONDS = 10


class SignInAway(DomainError):
    status, problem = 503, "sign-in-away"


def install(app: Flask, settings: Settings) -> None:
    """Let the pages of an application ask the provider who somebody is; where none is set, nobody of staff comes in."""
    secure = settings.public_url.startswith("https://")
    # Holds what a sign-in that is on its way must come back with, and nothing else.
    app.config.update(
        SESSION_COOKIE_NAME="convene_sign_in",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
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
                "timeout": SECONDS,
                "token_endpoint_auth_method": "client_secret_basic" if settings.oidc_client_secret_file else "none",
            },
        )


def admit(scope: str) -> Response | None:
    """Let the request on where staff with `scope` are signed in, as `auth.actor()`; `g.staff` is what pages show of
    them. Otherwise the way to sign in, for whoever only wants to see a page. Raises Unauthorized, Forbidden.
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
    auth.admit(claims, scope)
    return None


def blueprint(service: str) -> Blueprint:
    """`/<service>/staff/sign-in`, whereto the provider sends people back, and `…/sign-out`."""
    pages = Blueprint("sign-in", __name__, url_prefix=f"/{service}/staff")
    pages.before_request(refuse_foreign)

    @pages.get("/sign-in")
    def begin() -> Any:
        """To the provider."""
        provider = _provider()
        callback = f"{runtime.settings().public_url}/{service}/staff/signed-in"
        try:
            session["next"] = local(request.args.get("next", ""))
            return provider.authorize_redirect(callback)
        except OSError as error:
            raise _away(error) from None

    @pages.get("/signed-in")
    def finish() -> Response:
        """Back from the provider."""
        provider = _provider()
        try:
            token = provider.authorize_access_token()
        except OAuthError as error:
            log.info("sign-in refused", error=error.error)
            raise Forbidden("The sign-in did not succeed. Please try again.") from None
        except OSError as error:
            raise _away(error) from None
        claims = auth.verify(str(token["access_token"]))
        response = see_other(local(session.pop("next", "")) or f"/{service}/staff/")
        _set_cookie(response, str(token["access_token"]), seconds=int(claims["exp"] - time.time()))
        return response

    @pages.post("/sign-out")
    def sign_out() -> Response:
        """Forget the token in this browser."""
        response = see_other("/")
        _set_cookie(response, "", seconds=0)
        return response

    for view in (begin, finish):
        vars(view).update(takes_query=True)
    return pages


def local(address: str) -> str:
    """The address where it is a path of this site, else nothing: no sign-in leads anywhere else."""
    parts = urlsplit(address)
    safe = address.startswith("/") and not address.startswith("//") and "\\" not in address and address.isprintable()
    return address if safe and not parts.scheme and not parts.netloc else ""


def _lead(wanted: str) -> Response:
    address = f"/{runtime.current().service}/staff/sign-in?{urlencode({'next': wanted})}"
    if "HX-Request" in request.headers:
        return Response(status=204, headers={"HX-Redirect": address})
    return see_other(address)


def _provider() -> Any:
    found = current_app.extensions.get("authlib.integrations.flask_client")
    client = found.create_client(PROVIDER) if found else None
    if client is None:
        raise SignInAway("No identity provider is set up here (OIDC_DISCOVERY).")
    return client


def _away(error: Exception) -> SignInAway:
    log.warning("identity provider away", error=type(error).__name__)
    return SignInAway("The identity provider does not answer. Please try again later.")


def _set_cookie(response: Response, token: str, *, seconds: int) -> None:
    """Lax, since links from mails lead to pages of staff too; forms of other sites are refused by their origin."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=seconds,
        secure=runtime.settings().public_url.startswith("https://"),
        httponly=True,
        samesite="Lax",
    )
