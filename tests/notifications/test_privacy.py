"""Forgetting a person, whatever comes late."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from services.notifications.delivery import queries as delivery
from services.notifications.privacy.domain import MailInDelivery
from services.notifications.subscriptions.queries import SignUp, insert_imported
from services.notifications.suppressions import queries as suppressions
from shared import runtime, signed_links
from shared.events import catalog
from shared.events import registration as participation
from shared.events.envelope import load, wrap
from shared.messaging import inbox
from tests.notifications.desk import Desk
from tests.notifications.post_office import PostOffice
from tests.notifications.samples import a_group, a_person, a_registration, a_session, a_sign_in, confirmed, next_of
from tests.notifications.service import handle
from tests.web_client import WebClient


def dump(desk: Desk) -> str:
    tables = [
        row[0]
        for row in desk.conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
    ]
    rows: list[Any] = []
    for table in tables:
        rows += desk.conn.execute(f"SELECT t::text FROM {table} AS t".encode()).fetchall()  # noqa: S608
    return str(rows)


def test_a_person_is_forgotten_in_mails_copies_and_late_news(desk: Desk) -> None:
    session, person = a_session(), a_person()
    registered = a_registration(session, person=person)
    other = a_registration(session, person=a_person("Bo", "bo@library.example"))
    desk.receive(catalog.SessionPublished(session=session), confirmed(registered), confirmed(other))
    assert person.email in dump(desk)

    erasure = participation.Erasure(id=uuid4(), revision=1, person=person)
    desk.receive(participation.PersonErased(erasure=erasure))
    late = next_of(registered, "confirmed")
    desk.receive(
        participation.RegistrationPromoted(registration=late),
        participation.SignInRequested(sign_in=a_sign_in(person=person)),
    )

    left = desk.conn.execute("SELECT state, recipient FROM messages ORDER BY position").fetchall()
    assert left[0] == ("superseded", "")
    assert len(left) == 2  # nothing that came late made a mail due
    assert left[1] == ("queued", "bo@library.example")
    kinds = desk.conn.execute("SELECT type, subject FROM outbox").fetchall()
    assert kinds == [("notifications.person.erased", str(erasure.id))]
    assert str(person.id) in dump(desk)
    registrations = desk.conn.execute("SELECT email FROM registrations WHERE person_id = %s", [person.id]).fetchall()
    assert registrations == [("",)]


@pytest.mark.promise("P23")
def test_who_registered_colleagues_is_forgotten_in_what_is_kept_of_them(desk: Desk) -> None:
    session, grace = a_session(), a_person("Grace Hopper", "grace@library.example")
    registered = a_registration(session, registered_by=grace.name)
    desk.receive(catalog.SessionPublished(session=session), confirmed(registered))
    assert grace.name in dump(desk)

    erasure = participation.Erasure(id=uuid4(), revision=1, person=grace, registered=[registered.id])
    desk.receive(participation.PersonErased(erasure=erasure))

    assert grace.name not in dump(desk)
    assert registered.person.email in dump(desk)


def test_a_mail_that_a_lost_sender_had_when_its_person_was_erased_is_not_due_any_more(post: PostOffice) -> None:
    person = a_person()
    post.receive(participation.SignInRequested(sign_in=a_sign_in(person=person)))
    delivery.claim(post.conn, number=1, lease=60, limit=1, letters=1)  # by one who is gone: nobody holds its lock

    with runtime.use(post.runtime):
        post.receive(participation.PersonErased(erasure=participation.Erasure(id=uuid4(), revision=1, person=person)))
    post.send()

    assert (post.row()["state"], post.row()["reason"]) == ("superseded", "the person was erased")


def test_a_mail_that_a_sender_has_when_its_person_is_erased_is_not_handed_over(post: PostOffice) -> None:
    person = a_person()
    post.receive(participation.SignInRequested(sign_in=a_sign_in(person=person)))
    [id] = delivery.claim(post.conn, number=1, lease=60, limit=1, letters=1)
    fence = post.row()["fence"]

    with runtime.use(post.runtime):
        post.receive(participation.PersonErased(erasure=participation.Erasure(id=uuid4(), revision=1, person=person)))

    assert not delivery.mark_handing_over(post.conn, [delivery.Claim(id, fence, person.email)], lease=60)
    assert (post.row()["state"], post.row()["recipient"]) == ("superseded", "")


def test_an_erasure_is_not_done_while_a_mail_may_still_reach_its_person(post: PostOffice) -> None:
    person = a_person()
    post.receive(participation.SignInRequested(sign_in=a_sign_in(person=person)))
    [id] = delivery.claim(post.conn, number=1, lease=60, limit=1, letters=1)
    fence = post.row()["fence"]
    assert delivery.mark_handing_over(post.conn, [delivery.Claim(id, fence, person.email)], lease=60)
    erased = participation.PersonErased(erasure=participation.Erasure(id=uuid4(), revision=1, person=person))

    with runtime.use(post.runtime), pytest.raises(MailInDelivery), post.conn.transaction():
        post.receive(erased)
    delivery.mark_sent(post.conn, [delivery.SentMail(id, fence, "250 taken")], ends_rest=True)
    with runtime.use(post.runtime):
        post.receive(erased)

    assert (post.row()["state"], post.row()["recipient"]) == ("sent", "")


def subscribe(desk: Desk, email: str) -> None:
    desk.conn.execute(
        "INSERT INTO subscription_requests (id, email, name, library_types, topics, digest, asked_from, wording,"
        " expires_at) VALUES (%s, %s, 'Old Name', '{}', '{}', false, '192.0.2.7', 'Yes.', now() + interval '7 days')",
        [uuid4(), email],
    )
    insert_imported(
        desk.conn,
        SignUp(email=email, name="Old Name"),
        confirmed_at=datetime(2016, 1, 1, tzinfo=UTC),
        given_from="a list",
        wording="Yes.",
    )
    suppressions.insert(desk.conn, email, reason="staff", detail="asked by phone")


def find(client: WebClient, email: str) -> list[int]:
    """Return the number of readers, suppressions and emails that staff find under an address."""
    paths = (f"readers?email={email}", f"suppressions?email={email}", f"messages?recipient={email}")
    return [len(client.get(f"/notifications/v1/{path}").json["items"]) for path in paths]


def test_what_is_held_under_a_former_address_goes_too(desk: Desk, client: WebClient) -> None:
    session, person = a_session(), a_person("Ada", "old@library.example")
    registered = a_registration(session, person=person)
    subscribe(desk, "old@library.example")
    desk.receive(catalog.SessionPublished(session=session), confirmed(registered))
    renamed = replace(person, email="new@library.example")
    desk.receive(
        participation.RegistrationUpdated(
            registration=replace(registered, revision=2, person=renamed), readdressed=True
        )
    )
    assert find(client, "old@library.example") == [1, 1, 1]
    assert find(client, "new@library.example") == [0, 0, 1]

    erasure = participation.Erasure(id=uuid4(), revision=1, person=renamed, former_emails=["old@library.example"])
    desk.receive(participation.PersonErased(erasure=erasure))

    assert find(client, "old@library.example") == find(client, "new@library.example") == [0, 0, 0]
    left = dump(desk)
    assert [text for text in ("old@library.example", "new@library.example", "Old Name") if text in left] == []


def test_a_reader_who_never_registered_is_seen_and_erased(
    desk: Desk, client: WebClient, staff_token: Callable[[str], str]
) -> None:
    subscribe(desk, "reader@library.example")
    people = {"Authorization": f"Bearer {staff_token('people:erase')}"}

    held = client.get("/notifications/v1/people/Reader@library.example", headers=people)

    assert held.status_code == 200
    assert {name: len(rows) for name, rows in held.json.items() if rows} == {
        "subscription": 1, "consents": 1, "subscription_requests": 1, "suppressions": 1,
    }  # fmt: skip
    assert client.get("/notifications/v1/people/reader@library.example").status_code == 403  # another scope of staff
    nobody = a_person("", "reader@library.example")
    desk.receive(participation.PersonErased(erasure=participation.Erasure(id=uuid4(), revision=1, person=nobody)))
    assert "reader@library.example" not in dump(desk)
    held = client.get("/notifications/v1/people/reader@library.example", headers=people)
    assert not any(held.json.values())


def test_mails_of_somebody_else_who_has_the_address_now_stay(desk: Desk, client: WebClient) -> None:
    """The same address registered again, before the news of the erasure came: that is a new person."""
    session, person = a_session(), a_person("Ada", "ada@library.example")
    again = a_person("Ada", "ada@library.example")
    desk.receive(
        catalog.SessionPublished(session=session),
        confirmed(a_registration(session, person=person)),
        confirmed(a_registration(session, person=again)),
    )

    desk.receive(participation.PersonErased(erasure=participation.Erasure(id=uuid4(), revision=1, person=person)))

    assert find(client, "ada@library.example")[2] == 1
    states = desk.conn.execute("SELECT state, recipient FROM messages ORDER BY position").fetchall()
    assert states == [("superseded", ""), ("queued", "ada@library.example")]


def test_a_mail_that_waits_for_somebody_else_is_sent_though_it_names_the_address(desk: Desk) -> None:
    """Theirs until it was corrected: the mail goes where they are now."""
    session, person = a_session(), a_person("Pat", "typo@library.example")
    registered = a_registration(session, person=person)
    desk.receive(catalog.SessionPublished(session=session), confirmed(registered))
    renamed = replace(person, email="pat@library.example")
    desk.receive(participation.RegistrationUpdated(registration=replace(registered, revision=2, person=renamed)))

    stranger = a_person("", "typo@library.example")
    desk.receive(participation.PersonErased(erasure=participation.Erasure(id=uuid4(), revision=1, person=stranger)))

    assert desk.conn.execute("SELECT state FROM messages").fetchall() == [("queued",)]


def test_late_events_of_the_erased_are_dropped_and_only_their_ids_logged(
    desk: Desk,
) -> None:
    """A replay from the quarantine or of the outbox brings such events: the inbox keeps nothing of them either."""
    session, person = a_session(), a_person("Canary", "canary@library.example")
    registered = a_registration(session, person=person)
    desk.receive(
        catalog.SessionPublished(session=session),
        participation.PersonErased(erasure=participation.Erasure(id=uuid4(), revision=1, person=person)),
    )
    late = [
        confirmed(registered),
        participation.SignInRequested(sign_in=a_sign_in(person=person)),
        participation.NewsletterRequested(
            request=participation.NewsletterRequest(id=uuid4(), revision=1, person=person)
        ),
    ]
    with capture_logs() as logged:
        for event in late:
            envelope, document = wrap(event, time=datetime.now(UTC))
            inbox.insert(desk.conn, [inbox.IncomingEvent(envelope, document)])
            typed, envelope = load(document)
            handle(desk.conn, (typed, envelope))

    left = dump(desk)
    assert "canary@library.example" not in left
    assert "Canary" not in left
    assert desk.conn.execute("SELECT count(*) FROM messages").fetchone() == (0,)
    dropped = [line for line in logged if line["event"] == "event about an erased person dropped"]
    assert {line["type"] for line in dropped} == {event.type for event in late}
    assert {line["person_id"] for line in dropped} == {str(person.id)}
    assert "canary" not in str(logged).lower()


def test_what_outside_sites_were_told_goes_where_it_names_the_address(desk: Desk) -> None:
    """The program's own texts may name somebody: pending deliveries are still sent, and then erased."""
    webhook = uuid4()
    desk.conn.execute(
        "INSERT INTO webhooks (id, url, owner_name, owner_email, description, types, filters, secret)"
        " VALUES (%s, 'https://x.example', 'Ada', 'Ada@x.org', '', '{}', '{}', '')",
        [webhook],
    )
    for state, delivered_at in (("delivered", datetime.now(UTC)), ("failed", None), ("queued", None)):
        desk.conn.execute(
            "INSERT INTO webhook_deliveries (webhook_id, event_id, type, subject, sequence, body, state, tries_left,"
            " delivered_at) VALUES (%s, %s, 'catalog.session.updated', '', 1, 'Write to Ada@X.org', %s, 1, %s)",
            [webhook, uuid4(), state, delivered_at],
        )

    erasure = participation.Erasure(id=uuid4(), revision=1, person=a_person("", "ada@x.org"))
    desk.receive(participation.PersonErased(erasure=erasure))

    assert desk.conn.execute("SELECT state FROM webhook_deliveries").fetchall() == [("queued",)]
    assert desk.conn.execute("SELECT owner_name, owner_email FROM webhooks").fetchall() == [("", "")]


@pytest.fixture
def read(desk: Desk, client: WebClient) -> str:
    """A reader's link to their preferences, in the hands of somebody without any token."""
    del client.environ_base["HTTP_AUTHORIZATION"]
    subscribe(desk, "reader@library.example")
    url = "SELECT id FROM subscriptions WHERE email = 'reader@library.example'"
    row = desk.conn.execute(url).fetchone()
    assert row
    return f"/notifications/preferences/{signed_links.sign(desk.settings, 'subscription', str(row[0]))}"


def test_a_reader_sees_and_erases_what_is_held_of_them(desk: Desk, client: WebClient, read: str) -> None:
    here = {"Sec-Fetch-Site": "same-origin"}
    shown = client.get(f"{read}/held")
    assert shown.status_code == 200
    assert all(text in shown.text for text in ("reader@library.example", "a list", "asked by phone"))

    slip = client.post(f"{read}/erase", data={"again": "somebody@library.example"}, headers=here)
    assert slip.status_code == 422
    assert "reader@library.example" in dump(desk)
    assert client.get(f"{read}/erase").status_code == 405

    done = client.post(f"{read}/erase", data={"again": "Reader@library.example"}, headers=here)

    assert done.status_code == 200
    assert "reader@library.example" not in dump(desk)
    assert client.get(f"{read}/held").status_code in (404, 410)


def test_the_link_to_preferences_neither_shows_nor_erases_registrations(
    desk: Desk, client: WebClient, read: str
) -> None:
    session, person = a_session(title="A secret session"), a_person("Ada", "reader@library.example")
    desk.receive(catalog.SessionPublished(session=session), confirmed(a_registration(session, person=person)))

    shown = client.get(f"{read}/held")
    assert "Registrations" not in shown.text
    client.post(f"{read}/erase", data={"again": "reader@library.example"}, headers={"Sec-Fetch-Site": "same-origin"})

    assert desk.conn.execute("SELECT count(*) FROM subscriptions").fetchone() == (0,)
    assert desk.conn.execute("SELECT state, recipient FROM messages").fetchall() == [
        ("queued", "reader@library.example")
    ]


def test_who_is_asked_to_confirm_a_group_is_erased_though_nobody_knew_them(desk: Desk) -> None:
    session, id = a_session(), uuid4()
    stranger = participation.Person(id=id, email="grace@library.example", name="")
    desk.receive(
        catalog.SessionPublished(session=session),
        participation.GroupRequested(group=a_group(session, id=id, person=stranger)),
    )
    assert stranger.email in dump(desk)

    known_since = replace(stranger, id=uuid4())
    desk.receive(participation.PersonErased(erasure=participation.Erasure(id=uuid4(), revision=1, person=known_since)))

    assert stranger.email not in dump(desk)
    assert desk.conn.execute("SELECT state, recipient FROM messages").fetchall() == [("superseded", "")]
