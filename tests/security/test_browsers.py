"""What browsers, and what stands between them and us, cannot be brought to do by other sites, hosts and methods."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.http.signin import COOKIE
from tests.security.houses import House
from tests.security.routes import EVIL, METHODS, NOBODYS, SITE, Route, access, scope_for

ORIGINS = (f"https://{EVIL}", "null", f"{SITE}.{EVIL}", "http://learning.example.org", "https://x.learning.example.org")
# Where something of ours leads on, by whatever name: nothing of it leads to another site.
LEADING = (
    "next",
    "url",
    "redirect",
    "redirect_uri",
    "return",
    "return_to",
    "returnTo",
    "continue",
    "goto",
    "dest",
    "to",
)
ELSEWHERE = (
    f"https://{EVIL}/",
    f"//{EVIL}/",
    f"/\\{EVIL}",
    f"\\/{EVIL}",
    f"/\t/{EVIL}",
    f"///{EVIL}",
    "javascript:alert(1)",
)
FORWARDED = {
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Server": EVIL,
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Port": "1234",
    "X-Forwarded-Prefix": f"//{EVIL}",
    "X-Original-URL": f"//{EVIL}/",
    "X-Rewrite-URL": "/registration/staff/queues",
    "X-Host": EVIL,
    "Forwarded": f"host={EVIL};proto=http",
}
OWN = {"Sec-Fetch-Site": "same-origin"}
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


@pytest.mark.covers("API8:2023", "ASVS 3.4.2")
def test_no_answer_goes_to_scripts_of_another_origin_with_credentials(house: House) -> None:
    """Public reads go to any origin, without credentials; what is for staff goes to none."""
    public = {route.rule.rule for route in house.routes if not scope_for(route)}
    wrong = []
    for route in house.routes:
        for origin in ORIGINS:
            answer = house.ask(route, headers={"Origin": origin}, **signed_in(house, route))
            asked = preflight(house, route, origin)
            open_to = {None} if scope_for(route) else {None, "*"}
            wrong += [
                (route.name, origin) for one in (answer, asked) if "Access-Control-Allow-Credentials" in one.headers
            ]
            if answer.headers.get("Access-Control-Allow-Origin") not in open_to:
                wrong.append((route.name, origin))
            if asked.headers.get("Access-Control-Allow-Origin") not in (
                {None, "*"} if route.rule.rule in public else open_to
            ):
                wrong.append((route.name, f"asked by {origin}"))

    assert wrong == []


@pytest.mark.covers("API8:2023")
def test_every_public_read_goes_to_any_origin(publishing: House) -> None:
    own = {"/catalog/v1/docs", "/catalog/v1/openapi.json"}
    closed = [
        route.name
        for route in publishing.routes
        if route.is_api and route.method == "GET" and access()[route.name] == "anybody"
        if not any(route.rule.rule.startswith(path) for path in own)
        if publishing.ask(route, headers={"Origin": ORIGINS[0]}).headers.get("Access-Control-Allow-Origin") != "*"
    ]

    assert closed == []


@pytest.mark.covers("API8:2023", "ASVS 3.4.3", "ASVS 3.4.4", "ASVS 3.4.5", "ASVS 3.4.6")
def test_every_answer_says_that_it_is_nothing_to_frame_to_guess_or_to_tell(house: House) -> None:
    for route in house.routes:
        answer = house.ask(route, headers={"Accept": "text/html"}, **signed_in(house, route))
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, route.name
        assert "frame-ancestors 'none'" in policy, route.name
        assert answer.headers["X-Content-Type-Options"] == "nosniff", route.name
        assert answer.headers["Referrer-Policy"] == "no-referrer", route.name
        assert not {"Server", "X-Powered-By"} & set(answer.headers.keys()), route.name
        if answer.mimetype == "text/html":
            assert "unsafe" not in policy or route.rule.rule.endswith("/v1/docs"), route.name
            assert "charset=utf-8" in answer.content_type, route.name


@pytest.mark.covers("API8:2023", "ASVS 3.7.2")
def test_nothing_leads_to_another_site(house: House) -> None:
    """What an address or a form says of where to go next."""
    led = []
    for route in house.routes:
        for elsewhere in ELSEWHERE:
            given: dict[str, str] = dict.fromkeys(LEADING, elsewhere)
            with house.conn.transaction(force_rollback=True):
                answer = house.ask(route, **said(route, given), **signed_in(house, route))
            if leads_away(answer.headers.get("Location", "")):
                led.append((route.name, elsewhere, answer.headers["Location"]))

    assert led == []


@pytest.mark.covers("API8:2023", "ASVS 4.1.3")
def test_no_answer_repeats_the_host_that_a_request_names(house: House) -> None:
    """Nor does it lead there: links are made of PUBLIC_URL alone, and the others are paths."""
    told = []
    for route in house.routes:
        for address in ways_to(route):
            answer = house.client.open(
                address,
                method=route.method,
                base_url=f"http://{EVIL}",
                headers=FORWARDED | {"Accept": "text/html"},
                buffered=True,
            )
            if EVIL.encode() in answer.data or any(EVIL in value for value in answer.headers.values()):
                told.append((route.name, address, answer.status_code))

    assert told == []


@pytest.mark.covers("API8:2023")
@pytest.mark.parametrize("path", ["/{}//v1/audit?limit=2", "/{}/staff"])
def test_a_path_that_was_written_otherwise_leads_on_within_the_site(house: House, path: str) -> None:
    answer = house.client.get(path.format(house.present.service), base_url=f"http://{EVIL}")

    wanted = {"/{}//v1/audit?limit=2": "/{}/v1/audit?limit=2", "/{}/staff": "/{}/staff/"}[path]
    assert (answer.status_code, answer.headers["Location"]) == (308, wanted.format(house.present.service))
    assert answer.data == b""


@pytest.mark.covers("API5:2023", "API8:2023")
def test_a_method_that_a_path_does_not_have_is_refused_and_says_which_it_has(house: House) -> None:
    before, found = house.content(), []
    for address in sorted({route.address() for route in house.routes}):
        methods = set(house.app.url_map.bind("x").allowed_methods(address))
        for method in {*METHODS, "TRACE", "CONNECT", "PROPFIND", "DEBUG"} - methods:
            answer = house.client.open(address, method=method, headers=OWN, base_url=SITE, buffered=True)
            allowed = {name.strip() for name in answer.headers.get("Allow", "").split(",")}
            if answer.status_code != 405 or not methods <= allowed or method in allowed:
                found.append((method, address, answer.status_code, allowed))

    assert found == []
    assert house.content() == before


@pytest.mark.covers("API5:2023")
@pytest.mark.parametrize("method", ["DELETE", "PUT", "POST"])
def test_no_header_and_no_field_makes_another_method_of_a_request(house: House, method: str) -> None:
    before = house.content()
    for route in house.routes:
        if route.method != "GET":
            continue
        plain = house.ask(route, **signed_in(house, route))
        headed = house.ask(route, headers=dict.fromkeys(OVERRIDES, method), **signed_in(house, route))
        named = house.ask(route, query_string={"_method": method}, **signed_in(house, route))
        assert headed.status_code == plain.status_code, route.name
        assert named.status_code in (plain.status_code, 422), route.name
    assert house.content() == before


@pytest.mark.covers("API5:2023", "API8:2023")
def test_no_other_spelling_of_a_path_opens_what_is_for_staff(house: House) -> None:
    opened = []
    for route in house.routes:
        if scope_for(route) and route.method == "GET":
            for address in spellings(route.address(), house.present.service):
                answer = house.client.get(address, base_url=SITE, buffered=True)
                if answer.status_code not in (303, 308, 401, 404):
                    opened.append((address, answer.status_code))
                if answer.status_code in (303, 308) and not answer.headers["Location"].startswith("/"):
                    opened.append((address, answer.headers["Location"]))

    assert opened == []


def spellings(address: str, service: str) -> Iterator[str]:
    rest = address.removeprefix(f"/{service}")
    yield f"/{service}/{rest}"
    yield f"//{service}{rest}"
    yield f"/{service}/.{rest}"
    yield f"/{service}/static/..{rest}"
    yield f"/{service}/health/live/..;{rest}"
    yield f"/{service}{rest};x=1"
    yield f"/{service}{rest}."
    yield f"/{service}{rest}/"
    yield f"/{service}{rest}%00"
    yield f"/{service}{rest}%20"
    yield f"/{service}{rest}.json"
    yield f"/{service}{rest.replace('/', '%2f')}"
    yield f"/{service}{rest.replace('/', '%252f')}"
    yield f"/{service}{rest.replace('/', chr(92))}"
    yield f"/{service.upper()}{rest}"
    yield f"/{service}{rest.swapcase()}"


def ways_to(route: Route) -> Iterator[str]:
    address = route.address()
    yield address
    first, second = address.split("/", 2)[1:3]
    yield f"/{first}//{second}"
    if address.endswith("/"):
        yield address.rstrip("/")


def preflight(house: House, route: Route, origin: str) -> Any:
    headers = {"Origin": origin, "Access-Control-Request-Method": route.method,
               "Access-Control-Request-Headers": "authorization, content-type"}  # fmt: skip
    return house.client.open(route.address(), method="OPTIONS", headers=headers, base_url=SITE)


def signed_in(house: House, route: Route) -> dict[str, Any]:
    """A browser in which staff are signed in, where the route is for them."""
    client = house.client
    if scope := scope_for(route):
        client.set_cookie(COOKIE, house.staff(scope), domain="learning.example.org")
    return {"client": client}


def said(route: Route, given: dict[str, str]) -> dict[str, Any]:
    """The same in the address, and in the form where one is taken."""
    form = route.method == "POST" and not route.is_api
    return {"query_string": given, **({"data": {**given, "email": "ada@x.org", "id": NOBODYS}} if form else {})}


def leads_away(location: str) -> bool:
    """Whether a browser would leave the site."""
    if location.startswith(f"{SITE}/"):
        return False
    return not location.startswith("/") or location[1:2] in ("/", "\\") if location else False
