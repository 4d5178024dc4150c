"""Staff tokens: only a valid one of the right issuer, for us, with the right scope, lets in."""

import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.registration.app import SERVICE
from shared import runtime
from shared.settings import Settings
from tests.servers.engines import Engines
from tests.web_client import WebClient, make_client

PATH = "/registration/v1/operations/queues"
CLAIMS = {"iss": "convene-development", "aud": "convene", "sub": "staff", "scope": "operations"}


@pytest.fixture(scope="module")
def client(engines: Engines, database_urls: dict[str, str]) -> Any:
    settings = Settings(
        environment="development",
        database_url=database_urls["registration"],
        broker_url="amqp://nobody@127.0.0.1:1/convene",
        public_url="https://learning.example.org",
        jwks=str(engines.secrets / "jwks.json"),
    )
    present = runtime.build("registration", settings, "test", pool_size=1)
    present.database.open()
    yield make_client(SERVICE.create_app(present))
    present.database.close()


@pytest.fixture(scope="module")
def sign(engines: Engines) -> Callable[..., str]:
    private = (engines.secrets / "jwt-private.pem").read_text()
    [known] = json.loads((engines.secrets / "jwks.json").read_text())["keys"]

    def signed(key: Any = private, algorithm: str = "EdDSA", kid: str = known["kid"], **claims: Any) -> str:
        told = {**CLAIMS, "exp": time.time() + 60, **claims}
        told = {name: value for name, value in told.items() if value is not None}
        return jwt.encode(told, key, algorithm=algorithm, headers={"kid": kid})

    return signed


def status(client: WebClient, token: str) -> int:
    return client.get(PATH, headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_valid_token_lets_in(client: WebClient, sign: Callable[..., str]) -> None:
    assert status(client, sign()) == 200


@pytest.mark.covers("API2:2023", "ASVS 9.1.1", "ASVS 9.2.1", "ASVS 9.2.3")
@pytest.mark.parametrize(
    "fault",
    [
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"nbf": 99999999999},
        {"kid": "unknown"},
        {"kid": "../../etc/passwd"},
        {"key": Ed25519PrivateKey.generate()},
        {"key": "the public key, as a password" * 2, "algorithm": "HS256"},
        {"key": None, "algorithm": "none"},
    ],
    ids="-".join,
)
def test_a_token_with_a_fault_is_none(client: WebClient, sign: Callable[..., str], fault: dict[str, Any]) -> None:
    answer = client.get(PATH, headers={"Authorization": f"Bearer {sign(**fault)}"})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer null", "Basic c3RhZmY6eA==", "Bearer a.b.c"])
def test_what_is_no_token_is_refused(client: WebClient, header: str) -> None:
    assert client.get(PATH, headers={"Authorization": header}).status_code == 401


@pytest.mark.covers("API5:2023", "ASVS 8.2.1")
def test_another_scope_is_not_enough(client: WebClient, sign: Callable[..., str]) -> None:
    assert status(client, sign(scope="registration:read operation")) == 403
