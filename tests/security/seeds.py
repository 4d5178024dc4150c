"""Things of every kind in a service, so that an attack meets more than a 404."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, LiteralString
from uuid import UUID, uuid4

from services.notifications.webhooks.deliveries.queries import insert_ping
from services.notifications.webhooks.payloads import PING
from services.registration.certificates.jobs import issue_certificates
from shared import runtime, signed_links
from shared.events.catalog import Audience, SessionPublished
from shared.messaging import quarantine
from tests.catalog.catalog import Catalog
from tests.catalog.programs import DAY, small
from tests.notifications.desk import Desk
from tests.notifications.outside import WANTED
from tests.notifications.samples import a_registration, a_session, confirmed
from tests.registration.registration import LIBRARY, Registration
from tests.registration.samples import AFTER, STARTS_AT, make_series
from tests.web_client import make_client

if TYPE_CHECKING:
    from tests.security.hostile import Door

ADA, EVE = "ada@library.example", "eve@library.example"


def seed_catalog(door: "Door") -> None:
    """The small programme, with a comment and a recording."""
    catalog = Catalog(make_client(door.app), door.conn, door.present.settings.clock_file, door.token)
    catalog.set_time(DAY)
    catalog.take_in(small())
    said = {"author": "Ann", "body": "Well said."}
    made = make_client(door.app).post("/catalog/v1/sessions/cafe/comments", json=said)
    assert made.status_code in (201, 202), made.text
    shown = {"url": "https://video.example.org/1", "duration": "PT90M"}
    catalog.set_time("2017-05-02T12:00:00-05:00")
    assert catalog.act("change/recording", shown).status_code in (200, 201)
    door.known = {
        "announcements/slug": "free",
        "comments/id": str(catalog.value("SELECT id FROM comments LIMIT 1")),
        "initiatives/slug": "models",
        "organizations/slug": "ncdd",
        "series/slug": "large",
        "sessions/slug": "cafe",
        "recordings/slug": "change",
        "vocabularies/name": "topic",
        "terms/slug": "dialogue",
        **_set_aside(door),
    }


def seed_registration(door: "Door") -> None:
    """Ada has a certificate and an invitation and is signed in; she and Eve are registered."""
    site = Registration(make_client(door.app), door.conn, door.present.settings.clock_file, door.token)
    site.set_time("2017-01-10T12:00:00-06:00")
    first = site.hold("first", contact_hours=1)
    workshop = site.hold("workshop", policy="invitation", capacity=40, starts_at=STARTS_AT + timedelta(days=90))
    site.know_series(make_series([first.id], invites_to=workshop.id, audience=Audience()))
    site.know_recording(first, seconds=240)
    made = site.register(ADA, "first", accommodations="Step-free")
    site.register(EVE, "first", library={**LIBRARY, "name": "Lakeside"}, name="Eve")
    site.set_time(AFTER)
    site.attend((ADA, 80), slug="first")
    issue_certificates()
    site.hold("world-cafe", capacity=1, starts_at=None)
    waiting = site.register(EVE, "world-cafe")
    assert (made.status_code, waiting.status_code) == (201, 201), waiting.text
    person = str(site.value("SELECT id FROM people WHERE email = %s", ADA))
    id = str(waiting.json["id"])
    invitation = str(site.value("SELECT id FROM invitations LIMIT 1"))
    settings = runtime.settings()
    door.learner = _sign_in(site)
    door.query = {"token": signed_links.sign(settings, "registration", id)}
    door.known = {
        "certificates/id": str(site.value("SELECT id FROM certificates LIMIT 1")),
        "invitations/code": signed_links.sign(settings, "invitation", invitation),
        "invitations/id": invitation,
        "manage/id": id,
        "people/email": ADA,
        "registrations/id": id,
        "series/slug": "large-urban-public",
        "sessions/slug": "world-cafe",
        "status/number": "1",
        "person": person,
        **_set_aside(door),
    }


def _sign_in(site: Registration) -> str:
    site.client.post("/registration/v1/learners/sign-in", json={"email": ADA})
    id = str(site.value("SELECT id FROM sign_ins ORDER BY id DESC LIMIT 1"))
    used = site.client.post(
        "/registration/v1/learners/session", json={"token": signed_links.sign(runtime.settings(), "sign-in", id)}
    )
    assert used.status_code == 200, used.text
    return used.headers["Set-Cookie"].partition("=")[2].partition(";")[0]


def seed_notifications(door: "Door") -> None:
    """A mail, a reader, an issue that went out and a draft, a suppression, and a webhook that was called once."""
    desk = Desk(door.conn, door.present)
    session = a_session()
    made = a_registration(session)
    desk.receive(SessionPublished(session=session), confirmed(made))
    reader = desk.subscribe(EVE)
    desk.publish(desk.issue())
    client, staff = make_client(door.app), door.staff
    hook = client.post("/notifications/v1/webhooks", json=WANTED, headers=staff).json
    told = client.post("/notifications/v1/suppressions", json={"email": "gone@library.example"}, headers=staff).json
    assert hook
    assert told
    insert_ping(door.conn, UUID(hook["id"]), event_id=uuid4(), type=PING, sequence=1, body="{}")
    door.known = {
        "messages/id": _value(door, "SELECT id FROM messages LIMIT 1"),
        "newsletters/id": str(desk.issue(slug="draft").id),
        "announcements/slug": "free",
        "readers/id": str(reader.id),
        "sessions/slug": session.slug,
        "suppressions/id": str(told["id"]),
        "templates/kind": "registration.confirmed",
        "webhooks/id": str(hook["id"]),
        "deliveries/delivery": _value(door, "SELECT id FROM webhook_deliveries LIMIT 1"),
        "archive/slug": _value(door, "SELECT slug FROM newsletters WHERE slug IS NOT NULL LIMIT 1"),
        **dict.fromkeys(
            ("subscriptions/token", "unsubscribe/token", "preferences/token"),
            signed_links.sign(runtime.settings(), "subscription", str(reader.id)),
        ),
        **_set_aside(door),
    }


def _value(door: "Door", query: LiteralString) -> str:
    row = door.conn.execute(query).fetchone()
    assert row, query
    return str(row[0])


def _set_aside(door: "Door") -> dict[str, str]:
    """A message in quarantine."""
    quarantine.insert(door.conn, reason="no event", routing_key="x", headers={}, body=b"{")
    id = _value(door, "SELECT id FROM quarantine LIMIT 1")
    return {"quarantine/id": id, "queues/id": id}


SEEDS: dict[str, Callable[["Door"], None]] = {
    "catalog": seed_catalog,
    "registration": seed_registration,
    "notifications": seed_notifications,
}
