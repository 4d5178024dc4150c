"""Names of outside sites are looked up at name servers alone, and in bounded time."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from services.notifications.webhooks.http_client.client import WebhookClient
from services.notifications.webhooks.http_client.dns_resolver import Unresolved, resolve
from tests.notifications.outside import PATIENCE

# The records of the name server, by name and type.
ZONE = {
    ("www.library.example.", "A"): ["www.library.example. 0 IN A 93.184.215.14"],
    ("www.library.example.", "AAAA"): ["www.library.example. 0 IN AAAA 2606:2800:21f:cb07::1"],
    ("four.library.example.", "A"): ["four.library.example. 0 IN A 93.184.215.14"],
    ("alias.library.example.", "A"): [
        "alias.library.example. 0 IN CNAME inner.library.example.",
        "inner.library.example. 0 IN A 10.0.0.5",
    ],
    ("mixed.library.example.", "A"): ["mixed.library.example. 0 IN A 93.184.215.14"],
    ("mixed.library.example.", "AAAA"): ["mixed.library.example. 0 IN AAAA fd00::5"],
}
KNOWN = {name for name, _ in ZONE}


def answer(query: dns.message.Message) -> dns.message.Message:
    """Return the name server's response; NXDOMAIN for an unknown name."""
    made = dns.message.make_response(query)
    made.flags |= dns.flags.RA
    name, kind = str(query.question[0].name), query.question[0].rdtype.name
    for line in ZONE.get((name, kind), ()):
        of, ttl, group, type, value = line.split()
        made.answer.append(dns.rrset.from_text(of, int(ttl), group, type, value))
    if name not in KNOWN:
        made.set_rcode(dns.rcode.NXDOMAIN)
    return made


@pytest.fixture
def name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The one that resolv.conf would name; once the event is set it says nothing."""
    server, silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), threading.Event()
    server.bind(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                wire, peer = server.recvfrom(4096)
                if not silent.is_set():
                    server.sendto(answer(dns.message.from_wire(wire)).to_wire(), peer)

    def make() -> dns.resolver.Resolver:
        made = usual(configure=False)
        made.nameservers, made.port = ["127.0.0.1"], server.getsockname()[1]
        return made

    usual = dns.resolver.Resolver
    monkeypatch.setattr("dns.resolver.Resolver", make)
    threading.Thread(target=serve, daemon=True).start()
    yield silent
    server.close()


def test_a_name_is_all_of_its_addresses(name_server: threading.Event) -> None:
    assert {str(one) for one in resolve("www.library.example", 5)} == {"93.184.215.14", "2606:2800:21f:cb07::1"}
    assert [str(one) for one in resolve("four.library.example", 5)] == ["93.184.215.14"]


@pytest.mark.covers("API7:2023")
@pytest.mark.parametrize("name", ["localhost", "nobody.library.example", socket.gethostname()])
def test_a_name_that_only_this_host_knows_is_none(name_server: threading.Event, name: str) -> None:
    with pytest.raises(Unresolved):
        resolve(name, 5)


@pytest.mark.covers("API7:2023", "ASVS 1.3.6")
@pytest.mark.parametrize("name", ["alias", "mixed"])
def test_a_name_that_leads_to_a_private_address_in_the_end_is_not_called(
    name_server: threading.Event, name: str
) -> None:
    said = WebhookClient(seconds=PATIENCE).post(f"https://{name}.library.example/", {}, b"{}")

    assert said.error == "the name leads to an address that is not public"


def test_a_name_server_that_says_nothing_is_left_in_time(name_server: threading.Event) -> None:
    name_server.set()

    said = WebhookClient(seconds=PATIENCE).post("https://www.library.example/", {}, b"{}")

    assert said.error == "the name does not resolve"
