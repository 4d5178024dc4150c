"""No address of our own network is called on behalf of an outside site: not as it is registered, not as it is changed,
and not by where its name leads at the moment of the call. What counts is that a listener on loopback was never reached.

How names are looked up, and what else a call does not do, is in tests/notifications (test_webhook_names,
test_webhook_calls, test_webhooks).
"""

from collections.abc import Iterator
from ipaddress import ip_address
from itertools import count

import pytest

from services.notifications.webhooks.http_client.client import WebhookClient
from tests.notifications.outside import PATIENCE, WANTED, Site
from tests.security.hostile import Door

pytest_plugins = ["tests.security.hostile"]

PUBLIC = ip_address("93.184.215.14")
HOSTS = [
    *("127.0.0.1", "localhost", "[::1]", "0", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0.0.0.0"),  # noqa: S104
    *("[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "169.254.169.254", "10.0.0.5"),
    *("100.64.0.1", "192.0.0.8", "192.168.1.1", "172.16.0.1", "224.0.0.1", "255.255.255.255", "[fe80::1%25eth0]"),
    *("[fec0::1]", "[fd00::5]", "[ff02::1]", "[::]", "postgres", "rabbitmq", "kubernetes.default.svc", "db.internal"),
    *("localhost.", "www.library.example.", "xn--80ak6aa92e.local", "ⓛocalhost", "www.library.example%2e", "[::1"),
]
URLS = [
    *(
        "http://www.library.example/",
        "file:///etc/passwd",
        "gopher://www.library.example/",
        "ftp://www.library.example/",
    ),
    *(
        "https://user:pw@www.library.example/",
        "https://www.library.example#@127.0.0.1/",
        "//127.0.0.1/",
        "https:127.0.0.1",
    ),
    *("https://www.library.example\\@127.0.0.1/", "https://www.library.example/\r\nHost: postgres", "https:///hook"),
    *(f"https://www.library.example:{port}/" for port in (22, 25, 80, 5432, 5672, 15672, 65536, 0)),
    *("https://www.library.example/a b", "https://www.library.example/\x00", "https://www.library.example:443:80/"),
    *(f"https://{host}{port}/" for host in HOSTS for port in ("", ":8443")),
]


@pytest.fixture
def canary() -> Iterator[Site]:
    """A listener on this host, which nothing should reach."""
    site = Site()
    yield site
    site.close()


@pytest.mark.covers("API7:2023", "ASVS 1.3.6")
@pytest.mark.parametrize("door", ["notifications"], indirect=True)
def test_no_url_but_of_a_public_host_is_registered_or_changed_to(door: Door) -> None:
    webhook = f"/notifications/v1/webhooks/{door.known['webhooks/id']}"
    tag = door.client().get(webhook, headers=door.staff, base_url="https://learning.example.org").headers["ETag"]
    made = {url: door.send("POST", "/notifications/v1/webhooks", json={**WANTED, "url": url}) for url in URLS}
    changed = {url: door.send("PATCH", webhook, json={"url": url}, headers={"If-Match": tag}) for url in URLS}

    for answers in (made, changed):
        assert {url: answer.status for url, answer in answers.items() if answer.status_code != 422} == {}
        assert all("url" in (answer.json or {})["errors"] for answer in answers.values())


@pytest.mark.covers("API7:2023", "ASVS 1.3.6")
@pytest.mark.parametrize("url", URLS)
def test_a_url_that_came_past_the_door_is_not_called(canary: Site, url: str) -> None:
    here = url.replace(":8443", f":{canary.port}")

    said = WebhookClient(resolve=lambda _name, _seconds: [ip_address("127.0.0.1")], seconds=PATIENCE).post(
        here, {}, b"{}"
    )

    assert said.status is None
    assert said.error
    assert canary.connections == 0


@pytest.mark.covers("API7:2023", "ASVS 1.3.6", "ASVS 15.3.2")
@pytest.mark.parametrize(
    "inner",
    [
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "10.0.0.5",
        "169.254.169.254",
        "fd00::5",
    ],
)
def test_a_name_that_leads_inside_is_not_called_though_it_led_outside_before(canary: Site, inner: str) -> None:
    """Rebinding, and one private address among public ones."""
    looked_up = count(1)

    def rebind(_name: str, _seconds: float) -> list[object]:
        return [PUBLIC] if next(looked_up) == 1 else [PUBLIC, ip_address(inner)]

    rebind("www.library.example", 1)  # when the webhook was made
    said = WebhookClient(resolve=rebind, seconds=PATIENCE).post("https://www.library.example:8443/", {}, b"{}")  # pyright: ignore[reportArgumentType]

    assert said.error == "the name leads to an address that is not public"
    assert next(looked_up) == 3  # a name is looked up once for a call, and its addresses are those that are called
    assert canary.connections == 0
