"""Forgetting a person, whatever comes late."""

from typing import Any
from uuid import uuid4

import pytest

from services.notifications.delivery import queries as delivery
from services.notifications.privacy.handlers import MailUnderWay
from shared import runtime
from shared.events import catalog
from shared.events import registration as participation
from tests.notifications.conftest import Desk, PostOffice
from tests.notifications.programme import a_person, a_registration, a_session, a_sign_in, confirmed, next_of


def dump(desk: Desk) -> str:
    tables = [
        row[0]
        for row in desk.conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
    ]
    rows: list[Any] = []
    for table in tables:
        rows += desk.conn.execute(f"SELECT t::text FROM {table} AS t").fetchall()  # noqa: S608 # pyright: ignore
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

    assert not delivery.mark_handing_over(post.conn, id, fence, recipient=person.email, lease=60)
    assert (post.row()["state"], post.row()["recipient"]) == ("superseded", "")


def test_an_erasure_is_not_done_while_a_mail_may_still_reach_its_person(post: PostOffice) -> None:
    person = a_person()
    post.receive(participation.SignInRequested(sign_in=a_sign_in(person=person)))
    [id] = delivery.claim(post.conn, number=1, lease=60, limit=1, letters=1)
    fence = post.row()["fence"]
    assert delivery.mark_handing_over(post.conn, id, fence, recipient=person.email, lease=60)
    erased = participation.PersonErased(erasure=participation.Erasure(id=uuid4(), revision=1, person=person))

    with runtime.use(post.runtime), pytest.raises(MailUnderWay), post.conn.transaction():
        post.receive(erased)
    delivery.mark_sent(post.conn, id, fence, reply="250 taken")
    with runtime.use(post.runtime):
        post.receive(erased)

    assert (post.row()["state"], post.row()["recipient"]) == ("sent", "")
