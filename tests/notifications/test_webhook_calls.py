"""A call goes to public addresses alone, takes bounded time and memory, and follows nothing."""

import gzip
import ssl
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from services.notifications.formats.private_hosts import parse_allowed
from services.notifications.settings import NotificationsSettings
from services.notifications.webhooks.http_client.client import CallResult, WebhookClient
from services.notifications.webhooks.http_client.dns_resolver import Unresolved
from services.notifications.webhooks.http_client.ip_ranges import Address, is_public
from services.notifications.webhooks.http_client.urls import parse_url
from shared.errors import UnsafeSettings
from shared.settings import load
from tests.notifications.certificates import write_certificate
from tests.notifications.outside import PATIENCE, Behavior, Site, drips, floods, hangs, says, status

PUBLIC = "93.184.215.14"
NOT_PUBLIC = [
    "0.0.0.0",  # noqa: S104 - nothing listens here
    "10.0.0.5",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.8.8.8",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:53aa:64c:0:0:80ff:fffe",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
REFUSED = [
    "",
    "example.org",
    "//www.library.example/",
    "http://www.library.example/",
    "file:///etc/passwd",
    "gopher://www.library.example/",
    "ftp://www.library.example/",
    "HTTPS://www.library.example/",
    *[f"https://{f'[{address}]' if ':' in address else address}/" for address in NOT_PUBLIC],
    "https://0/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://0177.0.0.01/",
    "https://127.0.0.1./",
    "https://93.184.215.014/",
    "https://[::1%25eth0]/",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[::1/",
    "https://[]/",
    "https://localhost/",
    "https://localhost./",
    "https://a.localhost/",
    "https://postgres/",
    "https://postgres:5432/",
    "https://rabbitmq:15672/",
    "https://kubernetes.default.svc/",
    "https://kubernetes.default.svc.cluster.local/",
    "https://metadata.google.internal/",
    "https://printer.local/",
    "https://router.home.arpa/",
    "https://www.library.example./",
    "https://.library.example/",
    "https://www..example/",
    "https://-www.library.example/",
    "https://www.library.123/",
    "https://www.library.0x7f/",
    "https://www.lіbrary.example/",  # a Cyrillic і
    "https://ⓛocalhost/",
    "https://127。0。0。1/",
    "https://user:pw@www.library.example/",
    "https://user@www.library.example/",
    "https://good.example#@127.0.0.1/",
    "https://good.example\\@127.0.0.1/",
    "https://good.example@127.0.0.1/",
    "https://good.example%40127.0.0.1/",
    "https://good.example?@127.0.0.1/",
    *[f"https://www.library.example:{port}/" for port in (0, 22, 25, 80, 5432, 5672, 65536, 99999)],
    "https://www.library.example:/",
    "https://www.library.example:+443/",
    "https://www.library.example:４４３/",
    "https://www.library.example/a b",
    "https://www.library.example/\r\nX-Evil: 1",
    "https://www.library.example/\n",
    "https://www.library.example/\t",
    "https://www.library.example/\0",
    "https://www.library.example/#fragment",
    "https://www.library.example/é",
    " https://www.library.example/",
    "https://www.library.example/" + "a" * 500,
    f"https://{'a' * 64}.example/",
]


def nobody(_host: str, _seconds: float) -> list[Address]:
    raise AssertionError("no name is to be resolved")


def leads_to(*addresses: str) -> Callable[[str, float], list[Address]]:
    """Names lead to these addresses."""
    return lambda _host, _seconds: [ip_address(address) for address in addresses]


def call(site: Site, **options: Any) -> CallResult:
    """Call a site that may be called."""
    caller = WebhookClient(allowed=frozenset({("127.0.0.1", site.port)}), seconds=PATIENCE, **options)
    return caller.post(site.url, {"webhook-id": "1"}, b'{"a":1}')


@pytest.mark.covers("API7:2023", "ASVS 1.3.6")
@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_known_as_such(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", [PUBLIC, "1.1.1.1", "2606:2800:21f:cb07::1", "::ffff:1.1.1.1", "64:ff9b::101:101", "172.32.0.1"]
)
def test_a_public_address_is_known_as_such(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.covers("API7:2023", "ASVS 1.3.6")
@pytest.mark.parametrize("url", REFUSED)
def test_what_cannot_be_an_outside_site_is_refused_without_a_call(url: str) -> None:
    with pytest.raises(ValueError):
        parse_url(url)

    answer = WebhookClient(resolve=nobody).post(url, {}, b"")

    assert answer.status is None
    assert answer.error


@pytest.mark.parametrize(
    "url",
    [
        "https://www.library.example",
        "https://www.library.example/hooks?a=1&b=%20",
        "https://www.library.example:8443/",
        "https://WWW.Library.Example:443/x;y=1",
        "https://xn--bcher-kva.example/@user",
        f"https://{PUBLIC}/",
        "https://[2606:2800:21f:cb07::1]:8443/",
    ],
)
def test_what_can_be_an_outside_site_may_be_given(url: str) -> None:
    assert parse_url(url).scheme == "https"


@pytest.mark.covers("API7:2023", "ASVS 1.3.6")
@pytest.mark.parametrize("addresses", [["127.0.0.1"], [PUBLIC, "::1"], ["::1", PUBLIC], ["64:ff9b::7f00:1"], []])
def test_a_name_that_leads_to_any_private_address_is_not_called(site: Site, addresses: list[str]) -> None:
    caller = WebhookClient(resolve=leads_to(*addresses), seconds=PATIENCE)

    answer = caller.post("https://www.library.example/", {}, b"")

    assert answer.status is None
    assert answer.error in ("the name leads to an address that is not public", "the name has no address")
    assert site.connections == 0


@pytest.mark.covers("API7:2023", "ASVS 1.3.6")
def test_a_name_is_looked_up_once_and_the_checked_address_is_the_one_that_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So a name that is public at first and private at the second look (rebinding) leads to the public address."""
    looks = iter([[ip_address(PUBLIC)], [ip_address("127.0.0.1")]])
    connected: list[str] = []

    def connect(address: tuple[str, int], *_args: object, **_options: object) -> None:
        connected.append(address[0])
        raise OSError

    monkeypatch.setattr("socket.create_connection", connect)
    answer = WebhookClient(resolve=lambda _host, _seconds: next(looks)).post("https://www.library.example/", {}, b"")

    assert connected == [PUBLIC]
    assert answer.error == "no connection"


def test_a_name_that_nobody_knows_is_not_called() -> None:
    def resolve(_host: str, _seconds: float) -> list[Address]:
        raise Unresolved

    assert (
        WebhookClient(resolve=resolve).post("https://www.library.example/", {}, b"").error
        == "the name does not resolve"
    )


@pytest.mark.covers("API10:2023", "API7:2023", "ASVS 15.3.2")
@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(site: Site, code: int) -> None:
    canary = Site()
    site.usual = status(code, Location=canary.url)

    answer = call(site)

    assert (answer.status, answer.taken, answer.error) == (code, False, f"answered {code}")
    assert (site.connections, canary.connections) == (1, 0)
    canary.close()


@pytest.mark.parametrize(
    ("code", "taken"), [(200, True), (204, True), (299, True), (300, False), (400, False), (500, False)]
)
def test_only_2xx_says_that_it_was_taken(site: Site, code: int, taken: bool) -> None:
    site.usual = status(code)

    assert call(site).taken is taken


@pytest.mark.covers("API10:2023", "API4:2023", "ASVS 16.5.2")
@pytest.mark.parametrize(
    ("behavior", "error"),
    [
        (hangs, "no answer in time"),
        (drips, "no answer in time"),
        (floods(b"HTTP/1.1 200 X\r\n", b"X-More: abcdefgh\r\n"), "the answer's headers do not end"),
        (floods(b"HTTP/1.1 200 X\r\nX-Long: ", b"a" * 4096), "the answer's headers do not end"),
        (floods(b"", b"HTTP/1.1 103 X\r\n\r\n"), "the answer's headers do not end"),
        (says(b"SSH-2.0-OpenSSH\r\n\r\n"), "the answer is not HTTP"),
        (says(b""), "the answer is not HTTP"),
        (says(b"HTTP/1.1 99999 X\r\n\r\n"), "the answer is not HTTP"),
    ],
)
def test_a_site_that_misbehaves_is_left_in_time(site: Site, behavior: Behavior, error: str) -> None:
    site.usual = behavior

    answer = call(site)

    assert answer.status is None
    assert answer.error == error


@pytest.mark.covers("API10:2023")
@pytest.mark.parametrize(
    "behavior",
    [
        floods(b"HTTP/1.1 200 X\r\nContent-Length: 1000000000\r\n\r\n", b"x" * 65536),
        floods(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        says(
            b"HTTP/1.1 200 X\r\nContent-Encoding: gzip\r\nContent-Length: 10000\r\n\r\n" + gzip.compress(b"0" * 10**7)
        ),
        says(b"HTTP/1.1 200 X\r\nContent-Length: 10\r\n\r\n"),
        says(b"HTTP/1.1 200 X\r\nSet-Cookie: a=b\r\nConnection: keep-alive\r\n\r\n"),
    ],
)
def test_the_body_of_an_answer_is_not_waited_for(site: Site, behavior: Behavior) -> None:
    site.usual = behavior

    assert call(site).taken


def test_nothing_but_what_is_meant_is_sent(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    site.usual = status(200, Set_Cookie="a=b")
    call(site)
    call(site)

    for request in site.requests:
        assert request.line == "POST /hook HTTP/1.1"
        assert request.body == b'{"a":1}'
        assert request.headers == {
            "host": f"127.0.0.1:{site.port}",
            "user-agent": "Convene-Webhooks/1",
            "content-type": "application/json",
            "connection": "close",
            "webhook-id": "1",
            "content-length": "7",
        }


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [("120", 120, 120), ("Wed, 21 Oct 2099 07:28:00 GMT", 10**9, 10**11), ("soon", None, None), ("-5", None, None)],
)
def test_a_site_says_how_long_it_wants_to_be_left_alone(
    site: Site, value: str, least: float | None, most: float | None
) -> None:
    site.usual = status(503, Retry_After=value)

    wait = call(site).retry_after

    assert wait is None if least is None or most is None else wait is not None and least <= wait <= most


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site with a certificate for `hooks.library.example`, which this machine trusts."""
    certificate = write_certificate(tmp_path / "site.pem", name="hooks.library.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    made = Site(context)
    yield made
    made.close()


@pytest.mark.covers("API10:2023", "ASVS 12.3.2")
@pytest.mark.parametrize(
    ("name", "status", "error"),
    [
        ("hooks.library.example", 204, None),
        (
            "other.library.example",
            None,
            "TLS: Hostname mismatch, certificate is not valid for 'other.library.example'.",
        ),
    ],
)
def test_the_certificate_is_verified_for_the_name_though_the_address_is_connected_to(
    tls: Site, monkeypatch: pytest.MonkeyPatch, name: str, status: int | None, error: str | None
) -> None:
    monkeypatch.setattr(
        "services.notifications.webhooks.http_client.connections.resolve_here", lambda _host: [ip_address("127.0.0.1")]
    )
    caller = WebhookClient(allowed=frozenset({(name, tls.port)}))

    answer = caller.post(f"https://{name}:{tls.port}/", {}, b"{}")

    assert (answer.status, answer.error) == (status, error)
    assert [request.headers["host"] for request in tls.requests] == [f"{name}:{tls.port}"] * (1 if status else 0)


def test_a_site_that_never_begins_with_tls_is_left_in_time(site: Site) -> None:
    site.deaf = True
    caller = WebhookClient(allowed=frozenset({("127.0.0.1", site.port)}), seconds=PATIENCE)

    assert caller.post(f"https://127.0.0.1:{site.port}/", {}, b"{}").error == "no answer in time"


def test_a_site_that_takes_no_bytes_is_left_in_time(site: Site) -> None:
    site.deaf = True
    caller = WebhookClient(allowed=frozenset({("127.0.0.1", site.port)}), seconds=PATIENCE)

    assert caller.post(site.url, {}, b"x" * 50_000_000).error == "no answer in time"


def test_what_development_may_call_is_named_by_host_and_port() -> None:
    assert parse_allowed(" Sink:8000, [::1]:9 ,") == {("sink", 8000), ("::1", 9)}
    assert parse_url("http://sink:8000/x", parse_allowed("sink:8000")).port == 8000
    with pytest.raises(ValueError, match="https"):
        parse_url("http://sink:8001/x", parse_allowed("sink:8000"))
    with pytest.raises(ValueError, match="WEBHOOK_ALLOW"):
        parse_allowed("sink")


@pytest.mark.covers("API7:2023")
def test_production_calls_nothing_that_is_private(
    service_environments: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in service_environments["notifications"].items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("WEBHOOK_ALLOW", "127.0.0.1:80")

    with pytest.raises(UnsafeSettings, match="WEBHOOK_ALLOW is for development only"):
        load(NotificationsSettings)
