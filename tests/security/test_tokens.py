"""Tokens of staff that are forged, borrowed or brought in another way than the one that is read."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from jwt.algorithms import OKPAlgorithm

from deploy import token
from shared.http.signin import COOKIE
from tests.security.houses import House
from tests.security.routes import SITE

API, PAGE = "/registration/v1/operations/queues", "/registration/staff/queues"


def claims(**changes: Any) -> dict[str, Any]:
    told = {"iss": token.ISSUER, "aud": "convene", "sub": "eve", "scope": token.SCOPES, "exp": int(time.time()) + 600}
    return {**told, **changes}


def encode(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def forged(secrets: Path) -> Iterator[tuple[str, str]]:
    """What looks like a token of ours and is signed with nothing but what everybody knows, or can make."""
    [key] = json.loads((secrets / "jwks.json").read_text())["keys"]
    public: Any = load_pem_private_key((secrets / "jwt-private.pem").read_bytes(), None).public_key()
    known = {
        "PEM": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "raw": public.public_bytes(Encoding.Raw, PublicFormat.Raw),
        "JWK": json.dumps(key).encode(),
        "x": key["x"].encode(),
        "nothing": b"",
    }
    for name, secret in known.items():
        for algorithm in ("HS256", "HS384", "HS512"):
            yield f"{algorithm} with the public key ({name})", _mac(secret, algorithm, kid=key["kid"])
    for algorithm in ("none", "None", "NONE", "", "nOnE"):
        yield f"alg {algorithm!r}", f"{encode({'alg': algorithm, 'kid': key['kid']})}.{encode(claims())}."
    yield from _of_other_keys(key["kid"])
    good = token.sign(secrets)
    head, body, signature = good.split(".")
    yield "another body under this signature", f"{head}.{encode(claims())}.{signature}"
    yield "no signature", f"{head}.{body}."
    yield "no body", f"{head}..{signature}"
    yield "a part more", f"{good}.{signature}"
    yield "header of a thousand levels", f"{base64.urlsafe_b64encode(b'[' * 4000).decode()}.{body}.{signature}"
    yield "long", f"{head}.{encode(claims(padding='x' * 12_000))}.{signature}"


def _of_other_keys(kid: str) -> Iterator[tuple[str, str]]:
    """Signed rightly, with a key of whoever asks, which the header brings along or says where to find."""
    own = ed25519.Ed25519PrivateKey.generate()
    jwk = json.loads(OKPAlgorithm.to_jwk(own.public_key()))
    names = ("../../../../dev/null", "/dev/null", "' UNION SELECT 'x' --", "", "*", "0", "jwks.json")
    headers: list[dict[str, Any]] = [
        *({"kid": name} for name in names),
        {"kid": kid, "jwk": jwk},
        {"kid": kid, "jku": "https://evil.example/jwks.json"},
        {"kid": kid, "x5u": "https://evil.example/x.pem"},
        {"kid": kid, "x5c": [jwk["x"]]},
        {"kid": kid, "crit": ["exp"]},
    ]
    for header in headers:
        yield f"own key, {header}", jwt.encode(claims(), own, algorithm="EdDSA", headers=header)
    curve, modulus = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
    yield "own key of a curve", jwt.encode(claims(), curve, algorithm="ES256", headers={"kid": kid})
    yield "own RSA key", jwt.encode(claims(), modulus, algorithm="RS256", headers={"kid": kid})


def _mac(secret: bytes, algorithm: str, *, kid: str) -> str:
    """By hand: the library would not sign with what looks like a public key."""
    import hashlib
    import hmac

    signed = f"{encode({'alg': algorithm, 'typ': 'JWT', 'kid': kid})}.{encode(claims())}"
    digest = hmac.new(secret, signed.encode(), getattr(hashlib, f"sha{algorithm[2:]}")).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def opened(house: House, given: str) -> bool:
    client = house.client
    client.set_cookie(COOKIE, given, domain="learning.example.org")
    api = house.client.get(API, headers={"Authorization": f"Bearer {given}"}, base_url=SITE).status_code
    return api != 401 or client.get(PAGE, base_url=SITE).status_code != 303


@pytest.mark.covers("API2:2023", "ASVS 9.1.1", "ASVS 9.1.2", "ASVS 9.1.3")
def test_what_is_not_signed_by_the_issuer_opens_nothing(registering: House) -> None:
    assert [what for what, given in forged(registering.secrets) if opened(registering, given)] == []
    assert opened(registering, token.sign(registering.secrets))


@pytest.mark.covers("API2:2023", "ASVS 9.2.1", "ASVS 9.2.3")
@pytest.mark.parametrize(
    "change",
    [
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"exp": float("inf")},
        {"exp": [99999999999]},
        {"nbf": 99999999999},
        {"iat": 99999999999},
        {"aud": "another"},
        {"aud": None},
        {"aud": []},
        {"aud": {"convene": True}},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"iss": [f"{token.ISSUER}x"]},
        {"sub": None},
        {"sub": 7},
    ],
    ids=str,
)
def test_what_the_issuer_signed_for_others_or_another_time_opens_nothing(
    registering: House, change: dict[str, Any]
) -> None:
    told = {name: value for name, value in claims(**change).items() if value is not None}

    assert not opened(registering, signed(registering.secrets, told))


@pytest.mark.covers("API2:2023", "ASVS 9.2.2")
@pytest.mark.parametrize("scope", [None, "", ["operations"], {"operations": True}, True, "operations,x", "OPERATIONS"])
def test_what_says_its_scopes_otherwise_has_none(registering: House, scope: Any) -> None:
    given = signed(registering.secrets, {name: v for name, v in claims(scope=scope).items() if v is not None})

    answer = registering.client.get(API, headers={"Authorization": f"Bearer {given}"})

    assert answer.status_code == 403


@pytest.mark.covers("API2:2023", "ASVS 14.2.1")
@pytest.mark.parametrize(
    "bring",
    [
        lambda good: {"headers": {"Authorization": good}},
        lambda good: {"headers": {"Authorization": f"Basic {good}"}},
        lambda good: {"headers": {"Authorization": f"Token {good}"}},
        lambda good: {"headers": {"Authorization": f"DPoP {good}"}},
        lambda good: {"headers": {"Authorization": f"Bearer {good}, Bearer {good}"}},
        lambda good: {"headers": {"Authorization": f"Bearer {good} {good}"}},
        lambda good: {"headers": {"Authorization": f"Bearer a.b.c,Bearer {good}"}},
        lambda good: {"headers": [("Authorization", "Bearer a.b.c"), ("Authorization", f"Bearer {good}")]},
        lambda good: {"headers": [("Authorization", f"Bearer {good}"), ("Authorization", "Bearer a.b.c")]},
        lambda good: {"headers": {"X-Authorization": f"Bearer {good}", "X-Api-Key": good, "Api-Key": good}},
        lambda good: {"headers": {"Cookie": f"Authorization=Bearer {good}; token={good}; access_token={good}"}},
    ],
)
def test_a_token_is_read_at_its_one_place_and_once(registering: House, bring: Callable[[str], dict[str, Any]]) -> None:
    answer = registering.client.get(API, **bring(token.sign(registering.secrets)))

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.covers("API2:2023", "ASVS 14.2.1")
@pytest.mark.parametrize("name", ["access_token", "token", "api_key", "jwt", "authorization"])
def test_a_token_in_an_address_or_a_form_is_not_read(registering: House, name: str) -> None:
    good = token.sign(registering.secrets)
    queried = registering.client.get(f"/registration/v1/audit?{name}={good}")
    sent = registering.client.post(
        f"{PAGE}/7b0f5dc4-4c8e-4a57-a4e3-fb5b1c2ad2a7/discard",
        data={name: good},
        headers={"Sec-Fetch-Site": "same-origin"},
    )

    assert queried.status_code == 401
    assert sent.status_code == 401
    assert good not in queried.text + sent.text


def signed(secrets: Path, told: dict[str, Any]) -> str:
    """With the issuer's own key, whatever it says."""
    [key] = json.loads((secrets / "jwks.json").read_text())["keys"]
    private = (secrets / "jwt-private.pem").read_text()
    header = {"alg": "EdDSA", "kid": key["kid"]}
    return jwt.api_jws.PyJWS().encode(json.dumps(told).encode(), private, algorithm="EdDSA", headers=header)
