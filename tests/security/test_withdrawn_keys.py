"""Keys that the identity provider withdrew open nothing, and a provider that does not answer holds nobody."""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from services.registration.app import SERVICE
from shared import runtime
from shared.http import auth, circuit_breaker, jwks, signin
from shared.http.circuit_breaker import CircuitBreaker
from shared.http.jwks import RemoteKeySet, make_fetcher
from shared.settings import Settings
from tests.notifications.certificates import write_certificate
from tests.waiting import eventually
from tests.web_client import WebClient, make_client

# Seconds, on a machine that is busy; the provider hangs for thirty.
SOON = 5
PATH = "/registration/v1/operations/queues"
SITE = "https://learning.example.org"


class Provider:
    """Answers as it is told to: with keys, with a failure, never, or a byte at a time."""

    def __init__(self, certificate: Path) -> None:
        self.private = {kid: Ed25519PrivateKey.generate() for kid in ("first", "second")}
        self.shown = ["first"]
        self.mode = "well"
        self.asked = 0
        self.released = threading.Event()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"https://127.0.0.1:{self.server.server_port}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked += 1
        if self.mode == "hanging":
            self.released.wait(30)
            return
        if self.mode == "dripping":
            for byte in b"HTTP/1.0 200 OK\r\nX-Slow: " + b"x" * 1000:
                if self.released.wait(0.5):
                    return
                handler.wfile.write(bytes([byte]))
            return
        handler.send_response(500 if self.mode == "failing" else 200)
        handler.end_headers()
        handler.wfile.write(b"<html>" if self.mode == "babbling" else json.dumps({"keys": self.jwks()}).encode())

    def jwks(self) -> list[dict[str, Any]]:
        made = {kid: OKPAlgorithm.to_jwk(self.private[kid].public_key(), as_dict=True) for kid in self.shown}
        return [{**key, "kid": kid, "use": "sig", "alg": "EdDSA"} for kid, key in made.items()]

    def token(self, kid: str = "first", name: str | None = None) -> str:
        claims = {"iss": "issuer", "aud": "convene", "sub": "staff", "scope": "operations", "exp": time.time() + 999}
        return jwt.encode(claims, self.private[kid], algorithm="EdDSA", headers={"kid": name or kid})


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    certificate = write_certificate(tmp_path / "provider.pem")
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, str(certificate))
    made = Provider(certificate)
    yield made
    made.released.set()
    made.server.shutdown()


@pytest.fixture
def clock(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds by which keys are judged; the test moves them."""
    moment = [1000.0]
    remote = RemoteKeySet(make_fetcher(f"{provider.url}/keys"), clock=lambda: moment[0])
    monkeypatch.setattr(auth, "_remote", lambda _: remote)
    return moment


@pytest.fixture
def client(provider: Provider, clock: list[float], database_urls: dict[str, str]) -> Iterator[WebClient]:
    settings = Settings(
        environment="development",
        database_url=database_urls["registration"],
        broker_url="amqp://nobody@127.0.0.1:1/convene",
        public_url=SITE,
        jwks=f"{provider.url}/keys",
        jwt_issuer="issuer",
        oidc_discovery=f"{provider.url}/.well-known/openid-configuration",
    )
    present = runtime.build("registration", settings, "test", pool_size=4)
    present.database.open()
    yield make_client(SERVICE.create_app(present))
    present.database.close()


def ask(client: WebClient, token: str) -> tuple[int, float]:
    """What is answered, and in how many seconds."""
    begun = time.monotonic()
    answer = client.get(PATH, headers={"Authorization": f"Bearer {token}"})
    if answer.status_code == 503:
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.content_type == "application/problem+json"
    return answer.status_code, time.monotonic() - begun


def crowd(client: WebClient, tokens: list[str]) -> list[tuple[int, float]]:
    with ThreadPoolExecutor(len(tokens)) as threads:
        return list(threads.map(lambda token: ask(make_client(client.application), token), tokens))


@pytest.mark.covers("API2:2023", "ASVS 9.1.1")
@pytest.mark.parametrize("left", [["second"], []], ids=["for another", "for none"])
def test_a_key_that_was_withdrawn_is_refused_once_the_set_was_fetched_again(
    provider: Provider, client: WebClient, clock: list[float], left: list[str]
) -> None:
    token = provider.token()
    assert ask(client, token)[0] == 200
    provider.shown = left
    assert ask(client, token)[0] == 200

    clock[0] += jwks.FRESH + 1

    assert ask(client, token)[0] == 401
    clock[0] += jwks.FRESH + 1
    assert ask(client, token)[0] == 401


def test_a_new_key_is_known_before_the_set_is_old(provider: Provider, client: WebClient, clock: list[float]) -> None:
    assert ask(client, provider.token())[0] == 200
    provider.shown = ["first", "second"]
    clock[0] += jwks.PAUSE + 1

    assert ask(client, provider.token("second"))[0] == 200


@pytest.mark.covers("API4:2023")
def test_made_up_keys_cause_no_traffic(provider: Provider, client: WebClient, clock: list[float]) -> None:
    assert ask(client, provider.token())[0] == 200

    answers = crowd(client, [provider.token(name=f"made-up-{number}") for number in range(16)])

    assert {status for status, _ in answers} == {401}
    assert provider.asked == 1
    clock[0] += jwks.PAUSE + 1
    assert {status for status, _ in crowd(client, [provider.token(name=f"new-{n}") for n in range(16)])} == {401}
    assert provider.asked == 2


@pytest.mark.covers("API4:2023", "ASVS 16.5.2")
@pytest.mark.parametrize("mode", ["hanging", "dripping"])
def test_a_provider_that_hangs_holds_nobody(
    provider: Provider, client: WebClient, clock: list[float], mode: str
) -> None:
    known = provider.token()
    assert ask(client, known)[0] == 200
    provider.mode = mode
    clock[0] += jwks.FRESH + 1

    made_up = crowd(client, [provider.token(name=f"made-up-{number}") for number in range(16)])
    answers = crowd(client, [known] * 16)

    assert {status for status, _ in made_up} == {503}
    assert max(seconds for _, seconds in made_up) < SOON
    assert {status for status, _ in answers} == {200}
    assert max(seconds for _, seconds in answers) < SOON
    assert provider.asked == 2


@pytest.mark.covers("ASVS 16.5.2")
@pytest.mark.parametrize("mode", ["hanging", "dripping", "failing", "babbling"])
def test_a_process_that_never_had_keys_says_that_it_cannot_know(
    provider: Provider, client: WebClient, clock: list[float], mode: str
) -> None:
    provider.mode = mode

    answers = crowd(client, [provider.token()] * 8)

    assert {status for status, _ in answers} == {503}
    assert max(seconds for _, seconds in answers) < jwks.TIMEOUT + SOON
    assert provider.asked == 1
    provider.mode = "well"
    provider.released.set()
    clock[0] += jwks.PAUSE + 1
    eventually(lambda: ask(client, provider.token())[0] == 200)


@pytest.mark.covers("ASVS 9.1.1")
def test_keys_that_could_not_be_fetched_for_long_are_not_trusted_on(
    provider: Provider, client: WebClient, clock: list[float]
) -> None:
    token = provider.token()
    assert ask(client, token)[0] == 200
    provider.mode = "failing"
    clock[0] += jwks.STALE - 1
    assert ask(client, token)[0] == 200

    clock[0] += jwks.PAUSE + 1

    assert ask(client, token)[0] == 503


@pytest.mark.covers("API4:2023")
def test_whoever_wants_to_sign_in_while_the_provider_hangs_is_told_so_soon(
    provider: Provider, client: WebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signin, "breaker", CircuitBreaker())
    provider.mode = "hanging"

    def begin(_: int) -> tuple[int, str | None, float]:
        begun = time.monotonic()
        answer = make_client(client.application).get("/registration/staff/sign-in", base_url=SITE)
        return answer.status_code, answer.headers.get("Retry-After"), time.monotonic() - begun

    with ThreadPoolExecutor(8) as threads:
        first = list(threads.map(begin, range(8)))
        then = list(threads.map(begin, range(8)))

    assert {status for status, _, _ in first + then} == {503}
    assert all(retry for _, retry, _ in first + then)
    assert sorted(seconds for _, _, seconds in first)[5] < SOON
    assert max(seconds for _, _, seconds in first) < signin.SECONDS + SOON
    assert max(seconds for _, _, seconds in then) < SOON
    assert provider.asked <= circuit_breaker.MAX_CONCURRENT
