"""The provider over HTTP: discovery, the page on which one says who one is, the exchange of the code, the keys."""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import jwt
from flask import Flask, Response, abort, jsonify, redirect, render_template, request

from deploy import token
from deploy.identity.codes import Codes, Grant
from deploy.identity.people import PERSONAE, Persona

CLIENT = "convene"
NEEDED = {"response_type": "code", "client_id": CLIENT, "code_challenge_method": "S256"}
POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'"


@dataclass(frozen=True)
class Provider:
    """`public_url` is where browsers find the site, `url` where the services find this provider."""

    secrets: Path
    public_url: str
    url: str


def create_app() -> Flask:
    """The WSGI application, told by its environment where it is."""
    told = os.environ
    return build(Provider(Path(told["IDENTITY_SECRETS"]), told["PUBLIC_URL"], told["IDENTITY_URL"]))


def build(provider: Provider) -> Flask:
    """The application of a provider."""
    app = Flask(__name__, static_url_path="/identity/static")
    private = (provider.secrets / "jwt-private.pem").read_text()
    keys = json.loads((provider.secrets / "jwks.json").read_text())
    codes = Codes(private)
    _add_discovery(app, provider, keys)
    _add_pages(app, provider, codes)
    _add_exchange(app, provider, codes, private, keys)
    return app


def _add_discovery(app: Flask, provider: Provider, keys: dict[str, Any]) -> None:
    @app.get("/identity/.well-known/openid-configuration")
    def discover() -> Response:
        """OpenID Connect Discovery 1.0; browsers go by the gateway, services come straight."""
        return jsonify(
            issuer=token.ISSUER,
            authorization_endpoint=f"{provider.public_url}/identity/authorize",
            token_endpoint=f"{provider.url}/identity/token",
            jwks_uri=f"{provider.url}/identity/keys",
            response_types_supported=["code"],
            subject_types_supported=["public"],
            id_token_signing_alg_values_supported=["EdDSA"],
            code_challenge_methods_supported=["S256"],
            token_endpoint_auth_methods_supported=["none"],
            end_session_endpoint=f"{provider.public_url}/identity/sign-out",
        )

    @app.get("/identity/keys")
    def show_keys() -> Response:
        return jsonify(keys)


def _add_pages(app: Flask, provider: Provider, codes: Codes) -> None:
    @app.get("/identity/authorize")
    def ask() -> Response:
        """Ask which person to sign in as."""
        _check(provider)
        page = Response(render_template("who.html", personae=PERSONAE, query=urlencode(request.args.to_dict())))
        page.headers["Content-Security-Policy"] = POLICY
        page.headers["Cache-Control"] = "no-store"
        return page

    @app.get("/identity/authorize/<subject>")
    def choose(subject: str) -> Any:
        """This one: back with a code."""
        _check(provider)
        _find(subject)
        asked = request.args
        grant = Grant(
            str(uuid4()), subject, CLIENT, asked["redirect_uri"], asked["code_challenge"], asked.get("nonce", "")
        )
        back = {"code": codes.issue(grant), "state": asked.get("state", "")}
        return redirect(f"{grant.redirect_uri}?{urlencode(back)}", 303)

    @app.get("/identity/sign-out")
    def end() -> Any:
        """Back to the site (RP-Initiated Logout 1.0): this provider asks each time, so there is no session to end."""
        back = request.args.get("post_logout_redirect_uri", f"{provider.public_url}/")
        if request.args.get("client_id") != CLIENT or not back.startswith(f"{provider.public_url}/"):
            abort(400, "This address is not one of this installation's.")
        return redirect(back, 303)


def _add_exchange(app: Flask, provider: Provider, codes: Codes, private: str, keys: dict[str, Any]) -> None:
    @app.post("/identity/token")
    def exchange() -> Any:
        """A code against tokens."""
        form = request.form
        grant = codes.redeem(
            form.get("code", ""),
            client_id=form.get("client_id", ""),
            redirect_uri=form.get("redirect_uri", ""),
            verifier=form.get("code_verifier", ""),
        )
        if grant is None or form.get("grant_type") != "authorization_code":
            return jsonify(error="invalid_grant"), 400
        persona = _find(grant.subject)
        access = token.sign(provider.secrets, scope=persona.scope, subject=persona.subject, name=persona.name)
        return jsonify(
            access_token=access,
            token_type="Bearer",  # noqa: S106
            expires_in=token.HOURS * 3600,
            scope=persona.scope,
            id_token=_identify(private, keys["keys"][0]["kid"], persona, grant.nonce),
        )


def _identify(private: str, kid: str, persona: Persona, nonce: str) -> str:
    """The ID token (OpenID Connect Core 1.0, 2)."""
    now = int(time.time())
    claims = {"iss": token.ISSUER, "aud": CLIENT, "sub": persona.subject, "iat": now, "exp": now + 300, "nonce": nonce}
    return jwt.encode(claims, private, algorithm="EdDSA", headers={"kid": kid})


def _check(provider: Provider) -> None:
    """Answer nobody but this installation: a code goes to its own pages alone."""
    asked = request.args
    if any(asked.get(name) != value for name, value in NEEDED.items()) or not asked.get("code_challenge"):
        abort(400, "Ask for a code, as the client convene, with a S256 challenge.")
    if not asked.get("redirect_uri", "").startswith(f"{provider.public_url}/"):
        abort(400, "This address is not one of this installation's.")


def _find(subject: str) -> Persona:
    return next((one for one in PERSONAE if one.subject == subject), None) or abort(404)
