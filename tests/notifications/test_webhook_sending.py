"""Deliveries leave signed, at least once, each endpoint for itself, and are given up after three days."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, LiteralString
from uuid import uuid4

import orjson
import psycopg
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from services.notifications.webhooks.deliveries.queries import TRIES, requeue
from services.notifications.webhooks.endpoints import domain
from services.notifications.webhooks.http_client.client import CallResult, WebhookClient
from services.notifications.webhooks.sending.domain import BACKOFF, LONGEST_WAIT, call, settle, wait_for
from services.notifications.webhooks.sending.queries import QUEUE, ReclaimedDelivery
from shared import runtime
from shared.events import catalog
from tests.notifications.desk import Desk
from tests.notifications.mails import text_of
from tests.notifications.outside import (
    WANTED,
    Request,
    Site,
    Switchboard,
    answer_once,
    answers_late,
    claim,
    drips,
    hangs,
    status,
)
from tests.notifications.samples import a_series, a_session, arrived, moved
from tests.notifications.service import handle, make_settings
from tests.notifications.sink import Sink
from tests.servers.engines import Engines
from tests.waiting import eventually

FAILED = CallResult(status=500, error="answered 500")
TAKEN = CallResult(status=204)


@pytest.fixture
def sites() -> Iterator[list[Site]]:
    """Four sites; each test has its own."""
    made = [Site() for _ in range(4)]
    yield made
    for site in made:
        site.close()


@pytest.fixture
def site(sites: list[Site]) -> Site:
    return sites[0]


@pytest.fixture
def board(engines: Engines, fresh_database: str, smtp_url: str, sites: list[Site]) -> Iterator[Switchboard]:
    """Webhooks may call the sites, and mail goes to the sink."""
    allowed = ",".join(f"127.0.0.1:{site.port}" for site in sites)
    url = engines.database_url(fresh_database, "notifications")
    made = Switchboard(make_settings(engines, url, smtp_url=smtp_url, webhook_allow=allowed))
    yield made
    made.close()


@pytest.fixture
def waiting(desk: Desk) -> Desk:
    """A webhook, and one delivery that is due."""
    domain.create(desk.conn, desk.settings, WANTED)
    desk.receive(a_series())
    return desk


def row(desk: Desk, columns: LiteralString, table: LiteralString = "webhook_deliveries") -> Any:
    """The only row."""
    [found] = desk.conn.execute(f"SELECT {columns} FROM {table}").fetchall()  # noqa: S608 - of this file
    return found if len(found) > 1 else found[0]


def verify(secret: str, request: Request) -> Any:
    """Return the payload as the site's own code would verify it. Raises WebhookVerificationError."""
    return Webhook(secret).verify(request.body, request.headers)


def test_a_message_arrives_signed_with_what_happened(board: Switchboard, site: Site) -> None:
    _, secret = board.hook(site)
    session = a_session()
    event = arrived(catalog.SessionPublished(session=session))
    envelope = event[1]
    with board.conn.transaction():
        handle(board.conn, event)
    board.call()

    [request] = site.requests
    told = verify(secret, request)
    assert request.headers["webhook-id"] == str(envelope.id)
    assert (told["type"], told["subject"], told["sequence"]) == (envelope.type, str(session.id), 1)
    assert told["data"]["session"]["slug"] == "world-cafe"
    delivery = board.delivery()
    assert (delivery["state"], delivery["status"], delivery["attempts"]) == ("delivered", 204, 1)
    assert delivery["body"].encode() == request.body


def test_a_signature_is_of_this_body_this_id_this_time_and_this_secret(board: Switchboard, site: Site) -> None:
    _, secret = board.hook(site)
    _, other = board.hook(site, types=["catalog.session.held"])
    board.receive(a_series())
    board.call()
    [request] = site.requests
    headers, sent = request.headers, int(request.headers["webhook-timestamp"])

    for changed in (
        Request("", headers, request.body + b" "),
        Request("", headers, orjson.dumps(orjson.loads(request.body), option=orjson.OPT_INDENT_2)),
        Request("", {**headers, "webhook-id": str(uuid4())}, request.body),
        Request("", {**headers, "webhook-timestamp": str(sent - 360)}, request.body),
        Request("", {**headers, "webhook-timestamp": str(sent + 360)}, request.body),
    ):
        with pytest.raises(WebhookVerificationError):
            verify(secret, changed)
    with pytest.raises(WebhookVerificationError):
        verify(other, request)
    assert verify(secret, request)


def test_while_a_secret_is_changed_both_sign(board: Switchboard, site: Site) -> None:
    webhook, first = board.hook(site)
    with board.conn.transaction():
        second, _ = domain.rotate(board.conn, board.settings, webhook.id)
    board.receive(a_series())
    board.call()
    board.conn.execute("UPDATE webhooks SET previous_until = now()")
    board.receive(a_series())
    board.call()

    during, after = site.requests
    assert len(during.headers["webhook-signature"].split()) == 2
    assert verify(first, during) == verify(second, during)
    assert verify(second, after)
    with pytest.raises(WebhookVerificationError):
        verify(first, after)


def test_a_failure_is_tried_again_under_the_same_id_with_the_same_body(board: Switchboard, site: Site) -> None:
    board.hook(site)
    board.receive(a_series())
    site.script.extend([status(500), status(302, Location=site.url), hangs])

    for _ in range(4):
        board.call()

    assert len(set(site.ids)) == 1
    assert len({request.body for request in site.requests}) == 1
    assert (len(site.requests), board.delivery()["state"], board.delivery()["attempts"]) == (4, "delivered", 4)
    errors = board.conn.execute("SELECT error FROM webhook_attempts ORDER BY id").fetchall()
    assert [error for (error,) in errors] == ["answered 500", "answered 302", "no answer in time", None]


def test_an_earlier_event_that_failed_does_not_keep_a_later_one(board: Switchboard, site: Site) -> None:
    board.hook(site)
    session = a_session()
    board.receive(catalog.SessionPublished(session=session))
    site.script.append(status(500))
    board.call()

    event = moved(session, days=1)
    board.receive(event)
    board.call()

    bodies = [orjson.loads(request.body) for request in site.requests]
    assert [body["sequence"] for body in bodies] in ([1, 1, 2], [1, 2, 1])
    assert {body["subject"] for body in bodies} == {str(session.id)}


def test_an_address_that_is_not_allowed_any_more_is_not_called(board: Switchboard, site: Site) -> None:
    board.hook(site)
    board.conn.execute("UPDATE webhooks SET url = 'https://127.0.0.1/'")
    board.receive(a_series())

    board.call()

    assert (board.delivery()["state"], board.delivery()["error"]) == ("retry", "The address is not public.")
    assert site.connections == 0


@pytest.mark.promise("P22")
@pytest.mark.parametrize("behavior", [hangs, drips])
def test_endpoints_that_hang_do_not_delay_another(
    board: Switchboard, sites: list[Site], behavior: Callable[..., None]
) -> None:
    slow, *sound = sites
    slow.usual = behavior
    for _ in range(6):
        board.hook(slow)
    for site in sound:
        board.hook(site)
    board.receive(*[a_series() for _ in range(8)])
    sender = board.caller()

    def arrived_at_all() -> bool:
        with runtime.use(board.runtime):
            sender.send_due()
        return all(len(site.requests) == 8 for site in sound)

    eventually(arrived_at_all)

    ended = board.conn.execute(
        "SELECT count(*) FROM webhook_deliveries JOIN webhooks ON webhooks.id = webhook_id"
        " WHERE url = %s AND webhook_deliveries.state = 'delivered'",
        [slow.url],
    ).fetchone()
    assert ended == (0,)
    slow.over.set()
    with runtime.use(board.runtime):
        sender.finish()


def test_an_endpoint_is_called_twice_at_a_time_at_most_and_once_while_it_fails(waiting: Desk) -> None:
    waiting.receive(*[a_series() for _ in range(5)])

    assert len(claim(waiting.conn)) == 2
    assert claim(waiting.conn) == []
    waiting.conn.execute("UPDATE webhook_deliveries SET state = 'queued', claimed_by = NULL")
    waiting.conn.execute("UPDATE webhooks SET failing_since = now()")
    assert len(claim(waiting.conn)) == 1


def test_an_endpoint_that_takes_long_is_called_with_those_that_fail(waiting: Desk) -> None:
    answer_once(waiting.conn, CallResult(status=200, milliseconds=14_000))
    waiting.receive(a_series(), a_series())

    [claimed] = claim(waiting.conn)
    assert claimed.slow
    assert settle(waiting.conn, claimed, TAKEN) == "delivered"
    assert not claim(waiting.conn)[0].slow


def test_the_first_of_every_endpoint_comes_before_the_second_of_any(desk: Desk) -> None:
    for _ in range(12):
        domain.create(desk.conn, desk.settings, WANTED)
    desk.receive(a_series(), a_series(), a_series())

    assert len({claimed.webhook_id for claimed in claim(desk.conn)}) == 12


def test_a_sender_that_is_gone_loses_nothing(board: Switchboard, site: Site) -> None:
    board.hook(site)
    board.receive(a_series(), a_series())
    site.script.extend([hangs, hangs])
    lost = board.caller()
    with runtime.use(board.runtime):
        lost.send_due()
    eventually(lambda: len(site.requests) == 2)
    lost.close()

    board.call()

    assert sorted(site.ids[:2]) == sorted(site.ids[2:])
    assert {delivery["state"] for delivery in board.deliveries()} == {"delivered"}


def test_a_database_that_is_away_while_a_site_is_called_doubles_nothing(board: Switchboard, site: Site) -> None:
    board.hook(site)
    board.receive(a_series())
    site.usual = answers_late
    sender = board.caller()
    with runtime.use(board.runtime):
        sender.send_due()
        eventually(lambda: site.requests)
        board.conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
        with pytest.raises(psycopg.OperationalError):
            sender.send_due()
    site.over.set()

    board.call(sender)

    assert (board.delivery()["state"], len(site.requests)) == ("delivered", 1)


def test_a_sender_that_comes_back_late_changes_nothing(waiting: Desk) -> None:
    [late] = claim(waiting.conn)
    waiting.conn.execute("UPDATE webhook_deliveries SET lease_until = now() - interval '1 second'")
    assert QUEUE.reclaim_expired(waiting.conn, ReclaimedDelivery, except_for=2)
    [present] = claim(waiting.conn)

    assert settle(waiting.conn, late, FAILED) == "lost"
    assert settle(waiting.conn, present, TAKEN) == "delivered"
    assert row(waiting, "state") == "delivered"


@pytest.mark.promise("P22")
def test_the_waits_grow_over_more_than_three_days(waiting: Desk) -> None:
    waits = []
    for _ in BACKOFF.pauses:
        assert answer_once(waiting.conn, FAILED) == "retry"
        waits.append(row(waiting, "next_attempt_at - clock_timestamp()"))
    waiting.conn.execute("UPDATE webhooks SET failing_since = now()")  # all that was in one moment

    assert [round(wait.total_seconds() / least, 0) for wait, least in zip(waits, BACKOFF.pauses, strict=True)] == [
        1
    ] * 9
    assert waits == sorted(waits)
    assert sum(waits, timedelta()) >= timedelta(days=3)
    assert answer_once(waiting.conn, FAILED) == "failed"
    assert row(waiting, "state, reason", "webhooks") == (
        "disabled",
        "a message failed at each of its tries, which take three days",
    )


@pytest.mark.parametrize(
    ("status", "asked", "least"),
    [(429, 600, 600), (503, 600, 600), (500, 600, 5), (429, 10**9, LONGEST_WAIT), (429, 1, 5), (429, -5, 5)],
)
def test_a_site_is_left_alone_as_long_as_it_asks_for_a_day_at_most(
    waiting: Desk, status: int, asked: float, least: float
) -> None:
    [claimed] = claim(waiting.conn)

    wait = wait_for(claimed, CallResult(status=status, retry_after=asked))

    assert least <= wait <= least * 1.1


@pytest.mark.promise("P22")
def test_an_endpoint_that_failed_for_three_days_is_disabled_and_its_owner_gets_one_mail(waiting: Desk) -> None:
    waiting.receive(a_series(), a_series())
    first, second = claim(waiting.conn)
    assert settle(waiting.conn, first, FAILED) == "retry"
    waiting.conn.execute("UPDATE webhooks SET failing_since = now() - interval '73 hours'")
    assert settle(waiting.conn, second, FAILED) == "failed"

    assert row(waiting, "state, reason", "webhooks") == ("disabled", "every message has failed for three days")
    states = waiting.conn.execute("SELECT state, error FROM webhook_deliveries ORDER BY position").fetchall()
    gave_up = ("failed", "the webhook was disabled")
    assert sorted(states) == sorted([gave_up, ("failed", "answered 500"), gave_up])
    mail = waiting.mail("webhook-disabled")
    assert waiting.kinds() == waiting.due() == ["webhook-disabled"]
    assert "every message has failed for three days" in " ".join(text_of(mail).split())
    assert WANTED["url"] in text_of(mail)


def test_a_success_in_between_begins_the_three_days_anew(waiting: Desk) -> None:
    answer_once(waiting.conn, FAILED)
    waiting.conn.execute("UPDATE webhooks SET failing_since = now() - interval '71 hours'")
    answer_once(waiting.conn, TAKEN)

    assert row(waiting, "state, failing_since", "webhooks") == ("active", None)


@pytest.mark.promise("P22")
def test_who_answers_410_is_not_called_again(board: Switchboard, site: Site, sink: Sink) -> None:
    webhook, _ = board.hook(site)
    board.receive(a_series(), a_series(), a_series())
    site.usual = status(410)
    board.call()
    board.call()
    board.send()
    board.send()

    after = board.webhook(webhook.id)
    assert (after.state, after.reason) == ("disabled", "it answered 410 Gone")
    assert len(site.requests) <= 2
    assert {delivery["state"] for delivery in board.deliveries()} == {"failed"}
    [mail] = sink.mails
    assert (mail["To"], mail["Subject"]) == ("Ann Ünal <ann@library.example>", "Your webhook was disabled")


def test_a_webhook_that_is_enabled_again_needs_no_mail_that_it_was_not(waiting: Desk) -> None:
    answer_once(waiting.conn, CallResult(status=410, error="answered 410"))
    assert waiting.due() == ["webhook-disabled"]
    id = row(waiting, "id", "webhooks")

    domain.change(waiting.conn, domain.find(waiting.conn, id), {"state": "active"})

    assert waiting.due() == []
    assert domain.find(waiting.conn, id).failing_since is None
    domain.change(waiting.conn, domain.find(waiting.conn, id), {"state": "disabled"})
    assert waiting.kinds() == ["webhook-disabled"], "staff know that they did it"


def test_a_webhook_that_was_deleted_while_it_was_called_is_gone(waiting: Desk) -> None:
    [claimed] = claim(waiting.conn)
    domain.delete(waiting.conn, claimed.webhook_id)

    assert settle(waiting.conn, claimed, FAILED) == "lost"
    assert waiting.kinds() == []


def test_a_test_message_that_fails_is_not_tried_again_and_disables_nothing(waiting: Desk) -> None:
    waiting.conn.execute("UPDATE webhook_deliveries SET type = 'webhook.ping', tries_left = 1")

    assert answer_once(waiting.conn, FAILED) == "failed"
    assert row(waiting, "state, failing_since", "webhooks") == ("active", None)


def test_a_redelivery_goes_out_under_the_same_id(board: Switchboard, site: Site) -> None:
    board.hook(site)
    board.receive(a_series())
    board.call()
    with board.conn.transaction():
        assert requeue(board.conn, board.delivery()["id"], tries=TRIES)
    board.call()

    assert len(site.requests) == 2
    assert len(set(site.ids)) == 1
    assert (board.delivery()["state"], board.delivery()["attempts"]) == ("delivered", 2)


def test_with_another_links_key_a_message_fails_and_says_so(waiting: Desk, tmp_path: Any) -> None:
    (other := tmp_path / "key").write_text("another")
    [claimed] = claim(waiting.conn)

    answer = call(WebhookClient(), claimed, replace(waiting.settings, links_key_file=other))

    assert not answer.taken
    assert "make it a new secret" in str(answer.error)
