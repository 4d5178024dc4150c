"""Who asks too often is refused: by the address that is meant, and by the network that asks, whatever it says it is."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from deploy import docs
from services.registration.settings import RegistrationSettings
from shared import rate_limits, runtime
from shared.rate_limits import Charge
from shared.settings import Settings
from tests.notifications.service import make_settings
from tests.security.houses import House
from tests.security.routes import SITE
from tests.servers.engines import Engines
from tests.usage import use_up_network
from tests.web_client import make_client

SIGN_IN, SIGN_UP = "/registration/v1/learners/sign-in", "/notifications/v1/subscriptions"
LEFT = 6  # of the mails that a network may cause
ROOT = Path(__file__).resolve().parents[2]


def ask(client: Any, path: str, number: int, forwarded: str) -> int:
    body = {"email": f"p{number}@x.org"}
    return client.post(path, json=body, headers={"X-Forwarded-For": forwarded}, base_url=SITE).status_code


@pytest.mark.covers("API4:2023", "API6:2023", "ASVS 2.4.1", "ASVS 4.1.3", "ASVS 15.3.4")
@pytest.mark.parametrize(
    "forwarded",
    [
        "203.0.113.{0}, 192.0.2.7",  # what the caller said before the gateway added what it sees
        "203.0.{0}.1, 198.51.100.1, 192.0.2.{0}",  # another host of the same network
        "10.0.0.{0}, 127.0.0.1, 192.0.2.1",
        "2001:db8:{0}::1, 192.0.2.1",
        "2001:db8:7:{0}::1",  # a customer has all of a /48
        "::ffff:192.0.2.{0}",  # as a socket that speaks both says of an IPv4 caller
    ],
)
def test_a_network_is_the_one_that_the_gateway_sees(registering: House, notifying: House, forwarded: str) -> None:
    for house, path in ((registering, SIGN_IN), (notifying, SIGN_UP)):
        for network in ("192.0.2.0/24", "2001:db8:7::/48"):
            use_up_network(house.conn, network, left=LEFT)
        with runtime.use(house.present), runtime.share_connection(house.conn):
            asked = [ask(house.client, path, number, forwarded.format(number)) for number in range(LEFT + 2)]
        assert asked == [202] * LEFT + [429] * 2


@pytest.mark.covers("API4:2023", "ASVS 4.1.3")
@pytest.mark.parametrize(
    "header", ["X-Real-IP", "Forwarded", "X-Client-IP", "CF-Connecting-IP", "True-Client-IP", "Via"]
)
def test_no_other_header_says_where_a_request_comes_from(registering: House, header: str) -> None:
    def post(number: int) -> int:
        told = f"203.0.{number}.1"
        headers = {"X-Forwarded-For": "192.0.2.1", header: f"for={told}" if header == "Forwarded" else told}
        return registering.client.post(SIGN_IN, json={"email": f"p{number}@x.org"}, headers=headers).status_code

    use_up_network(registering.conn, "192.0.2.0/24", left=LEFT)
    assert [post(number) for number in range(LEFT + 1)] == [202] * LEFT + [429]


@pytest.mark.covers("API4:2023", "ASVS 4.1.3")
def test_the_gateway_says_itself_who_asks_and_nothing_of_what_they_say() -> None:
    text = (ROOT / "deploy/gateway/convene.conf.template").read_text()

    assert "proxy_set_header X-Forwarded-For $remote_addr;" in text
    for name in ("X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Real-IP", "Forwarded"):
        assert f'proxy_set_header {name} "";' in text
    assert "$proxy_add_x_forwarded_for" not in text


@pytest.fixture(params=["registration", "notifications"])
def opened(request: pytest.FixtureRequest, engines: Engines, fresh_database: str) -> Iterator[runtime.Runtime]:
    """A service where everything commits."""
    common: dict[str, Any] = {
        "environment": "development",
        "database_url": engines.database_url(fresh_database, request.param),
        "broker_url": "amqp://nobody@127.0.0.1:1/convene",
        "public_url": SITE,
        "jwks": str(engines.secrets / "jwks.json"),
    }
    settings: Settings = (
        RegistrationSettings(
            **common, links_key_file=engines.secrets / "links-key", badge_key_file=engines.secrets / "badge-key"
        )
        if request.param == "registration"
        else make_settings(engines, **common)
    )
    present = runtime.build(request.param, settings, "test", pool_size=16)
    present.database.open()
    yield present
    present.database.close()


@pytest.mark.covers("API4:2023", "API6:2023", "ASVS 2.4.1", "ASVS 15.4.2")
def test_a_network_that_asks_for_all_at_once_gets_no_more_than_are_at_work_at_once(opened: runtime.Runtime) -> None:
    """Callers of one network never wait for one another, so those who ask at the very moment are not counted yet."""
    path = SIGN_IN if opened.service == "registration" else SIGN_UP
    app = docs._service(opened.service).create_app(opened)
    with runtime.use(opened), runtime.transaction() as conn:
        use_up_network(conn, "192.0.2.0/24", left=LEFT)

    first = at_once(LEFT, lambda number: ask(make_client(app), path, number, f"192.0.2.{number}"))
    then = at_once(20, lambda number: ask(make_client(app), path, 100 + number, f"192.0.2.{number}"))

    assert first == {202: LEFT}
    assert then == {429: 20}


@pytest.mark.covers("API4:2023", "API6:2023", "ASVS 15.4.2")
def test_one_mailbox_gets_no_more_however_many_ask_at_once_from_anywhere(opened: runtime.Runtime) -> None:
    def spend(_: int) -> int:
        with runtime.use(opened), runtime.transaction() as conn:
            return int(rate_limits.try_consume(conn, [Charge("mailbox mails", "ada@x.org", 15, 3600, "")]))

    assert at_once(40, spend) == {1: 15, 0: 25}


def at_once(number: int, act: Callable[[int], int]) -> dict[int, int]:
    """How often each was answered to so many at the same moment."""
    start = Barrier(number)

    def one(place: int) -> int:
        start.wait()
        return act(place)

    with ThreadPoolExecutor(number) as pool:
        return Counter(pool.map(one, range(number)))
