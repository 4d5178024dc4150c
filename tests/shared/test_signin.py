"""Staff sign in to pages: with the provider's own code, for this browser, to nowhere else; and other sites' forms."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from deploy import token
from services.registration.app import SERVICE
from shared import runtime
from shared.http import signin
from shared.settings import Settings
from tests.processes import Process, free_port, running
from tests.servers.engines import Engines
from tests.web_client import WebClient, WebResponse, make_client

SITE = "https://learning.example.org"
QUEUES = "/registration/staff/queues"


@pytest.fixture(scope="module")
def provider(engines: Engines) -> Iterator[str]:
    """The address of the development identity provider."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    told = {"IDENTITY_SECRETS": str(engines.secrets), "PUBLIC_URL": SITE, "IDENTITY_URL": url}
    process = Process("gunicorn", "--bind", f"127.0.0.1:{port}", "deploy.identity.app:create_app()", environment=told)
    process.port = port
    with running() as processes:
        processes.append(process.start())
        process.wait_ready("/identity/keys")
        yield url


@pytest.fixture(scope="module")
def told(engines: Engines, database_urls: dict[str, str], provider: str) -> Settings:
    return Settings(
        environment="development",
        database_url=database_urls["registration"],
        broker_url="amqp://nobody@127.0.0.1:1/convene",
        public_url=SITE,
        jwks=str(engines.secrets / "jwks.json"),
        oidc_discovery=f"{provider}/identity/.well-known/openid-configuration",
        session_key_file=engines.secrets / "registration-session-key",
    )


@pytest.fixture(scope="module")
def app(told: Settings) -> Iterator[Any]:
    present = runtime.build("registration", told, "test", pool_size=1)
    present.database.open()
    yield SERVICE.create_app(present)
    present.database.close()


@pytest.fixture
def client(app: Any) -> WebClient:
    return make_client(app)


def ask(client: WebClient, path: str) -> WebResponse:
    return client.get(path, base_url=SITE)


def be(provider: str, asked: str, subject: str = "staff@example.org") -> str:
    """Return where the provider sends the browser of `subject` back to."""
    query = urlsplit(asked).query
    answer = httpx.get(f"{provider}/identity/authorize/{subject}?{query}")
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].removeprefix(SITE)


def begin(client: WebClient, wanted: str = QUEUES) -> str:
    """The address at the provider to which somebody is led who wants a page."""
    led = ask(client, wanted)
    assert led.status_code == 303
    return ask(client, led.headers["Location"]).headers["Location"]


def test_who_comes_back_with_the_code_is_signed_in_and_gets_the_page(client: WebClient, provider: str) -> None:
    asked = begin(client, f"{QUEUES}?limit=5")
    query = {name: value for name, [value] in parse_qs(urlsplit(asked).query).items()}
    back = ask(client, be(provider, asked))

    assert (query["code_challenge_method"], query["response_type"]) == ("S256", "code")
    assert (back.status_code, back.headers["Location"]) == (303, f"{QUEUES}?limit=5")
    [cookie] = [header for header in back.headers.getlist("Set-Cookie") if header.startswith(f"{signin.COOKIE}=")]
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    page = ask(client, QUEUES)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")


@pytest.mark.covers("API2:2023", "ASVS 10.1.2")
def test_a_code_is_for_the_browser_that_asked(app: Any, client: WebClient, provider: str) -> None:
    back = be(provider, begin(client))
    other = make_client(app)

    assert ask(other, back).status_code == 403
    begin(other)
    assert ask(other, back).status_code == 403


@pytest.mark.parametrize(("former_key_stands", "status"), [(True, 303), (False, 403)])
def test_a_sign_in_on_its_way_outlives_a_change_of_the_key_while_the_former_one_stands(
    client: WebClient, told: Settings, provider: str, tmp_path: Path, former_key_stands: bool, status: int
) -> None:
    back = be(provider, begin(client))
    former = (told.session_key_file or Path()).read_text()
    (keys := tmp_path / "session-key").write_text("n" * 43 + "\n" + (former if former_key_stands else ""))
    present = runtime.build("registration", replace(told, session_key_file=keys), "test", pool_size=1)
    later = make_client(SERVICE.create_app(present))
    cookie = client.get_cookie("convene_sign_in", domain="learning.example.org", path="/registration/staff/")
    assert cookie
    later.set_cookie("convene_sign_in", cookie.value, domain="learning.example.org", path="/registration/staff/")

    assert ask(later, back).status_code == status


def test_a_code_is_good_once(client: WebClient, provider: str) -> None:
    back = be(provider, begin(client))

    assert [ask(client, back).status_code for _ in range(2)] == [303, 403]


def test_the_provider_gives_tokens_for_the_verifier_alone(provider: str) -> None:
    redirect_uri = f"{SITE}/registration/staff/signed-in"
    asked = {
        "response_type": "code",
        "client_id": "convene",
        "code_challenge_method": "S256",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",  # RFC 7636, appendix B
        "redirect_uri": redirect_uri,
    }
    form = {"grant_type": "authorization_code", "client_id": "convene", "redirect_uri": redirect_uri}

    def exchange(verifier: str) -> int:
        back = httpx.get(f"{provider}/identity/authorize/staff@example.org", params=asked).headers["Location"]
        [code] = parse_qs(urlsplit(back).query)["code"]
        sent = {**form, "code": code, "code_verifier": verifier}
        return httpx.post(f"{provider}/identity/token", data=sent).status_code

    assert exchange("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == 200
    assert exchange("another-verifier-another-verifier-another-ve") == 400


@pytest.mark.parametrize("address", ["https://evil.example/", f"{SITE}.evil.example/", "//evil.example"])
def test_the_provider_sends_codes_to_this_installation_alone(provider: str, address: str) -> None:
    asked = {
        "response_type": "code",
        "client_id": "convene",
        "code_challenge_method": "S256",
        "code_challenge": "x" * 43,
        "redirect_uri": address,
    }

    assert httpx.get(f"{provider}/identity/authorize/staff@example.org", params=asked).status_code == 400


@pytest.mark.covers("API8:2023", "ASVS 3.7.2")
@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/\tevil", "evil.example"],
)
def test_no_sign_in_leads_to_another_site(client: WebClient, provider: str, wanted: str) -> None:
    asked = client.get("/registration/staff/sign-in", query_string={"next": wanted}, base_url=SITE).headers["Location"]
    back = ask(client, be(provider, asked))

    assert back.headers["Location"] == "/registration/staff/"


@pytest.mark.parametrize("fault", ["expired", "of another issuer", "not signed"])
def test_a_cookie_that_is_no_valid_token_leads_to_sign_in(client: WebClient, engines: Engines, fault: str) -> None:
    private = (engines.secrets / "jwt-private.pem").read_text()
    [key] = json.loads((engines.secrets / "jwks.json").read_text())["keys"]
    claims = {"iss": token.ISSUER, "aud": "convene", "sub": "x", "scope": token.SCOPES, "exp": int(time.time()) + 60}
    if fault == "expired":
        claims["exp"] -= 120
    if fault == "of another issuer":
        claims["iss"] = "another"
    signed = jwt.encode(claims, private, algorithm="EdDSA", headers={"kid": key["kid"]})
    if fault == "not signed":
        signed = signed.rsplit(".", 1)[0] + "."
    client.set_cookie(signin.COOKIE, signed, domain="learning.example.org")

    assert ask(client, QUEUES).status_code == 303


def test_the_cookie_is_for_pages_and_opens_no_api(client: WebClient, engines: Engines) -> None:
    client.set_cookie(signin.COOKIE, token.sign(engines.secrets), domain="learning.example.org")

    assert ask(client, QUEUES).status_code == 200
    assert ask(client, "/registration/v1/operations/queues").status_code == 401


FORM = f"{QUEUES}/7b0f5dc4-4c8e-4a57-a4e3-fb5b1c2ad2a7/discard"


@pytest.mark.covers("API8:2023", "ASVS 3.5.1")
@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": SITE}, False),
        ({"Origin": SITE}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
    ],
)
def test_a_form_of_staff_is_taken_from_this_site_alone(
    client: WebClient, engines: Engines, headers: dict[str, str], taken: bool
) -> None:
    client.set_cookie(signin.COOKIE, token.sign(engines.secrets), domain="learning.example.org")
    answer = client.post(FORM, data={}, headers=headers, base_url=SITE)

    # There is no such event, which only those learn who are let in.
    assert answer.status_code == (404 if taken else 403)


def test_who_is_not_signed_in_any_more_loses_nothing_silently(client: WebClient) -> None:
    answer = client.post(FORM, data={}, headers={"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}, base_url=SITE)

    assert answer.status_code == 401
    assert "Sign in in another window" in answer.text


def test_a_problem_is_a_page_for_people_and_a_document_for_programs(client: WebClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}

    assert client.get("/registration/nothing", headers=browser).mimetype == "text/html"
    for path, headers in (("/registration/nothing", {}), ("/registration/v1/nothing", browser)):
        assert client.get(path, headers=headers).mimetype == "application/problem+json"


@pytest.mark.covers("API8:2023", "ASVS 3.4.3", "ASVS 3.4.6")
def test_scripts_and_frames_of_others_have_no_place_in_a_page(client: WebClient) -> None:
    answer = client.get("/registration/nothing", headers={"Accept": "text/html"})

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.covers("ASVS 7.4.1")
def test_who_signs_out_does_so_at_the_provider_too_and_comes_back(client: WebClient, provider: str) -> None:
    ask(client, be(provider, begin(client)))
    shown = ask(client, QUEUES)
    answer = client.post("/registration/staff/sign-out", headers={"Sec-Fetch-Site": "same-origin"}, base_url=SITE)

    led = urlsplit(answer.headers["Location"])
    assert (answer.status_code, led.path) == (303, "/identity/sign-out")
    assert f"{led.scheme}://{led.netloc}" in shown.headers["Content-Security-Policy"].split("form-action ")[1]
    back = httpx.get(f"{provider}{led.path}?{led.query}")
    assert (back.status_code, back.headers["Location"]) == (303, f"{SITE}/")
    assert ask(client, QUEUES).status_code == 303


def test_the_provider_sends_those_who_signed_out_to_this_installation_alone(provider: str) -> None:
    for address in ("https://evil.example/", f"{SITE}.evil.example/"):
        asked = {"client_id": "convene", "post_logout_redirect_uri": address}
        assert httpx.get(f"{provider}/identity/sign-out", params=asked).status_code == 400
