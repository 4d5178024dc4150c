"""What is behind links in mails, and what is no such link."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from services.registration.invitations.domain import issue
from services.registration.learners.queries import insert_session
from shared import runtime, signed_links
from shared.signed_links import Ticket
from tests.notifications.desk import Desk
from tests.registration.registration import LIBRARY, Registration
from tests.registration.samples import make_series
from tests.security.houses import House
from tests.security.routes import SITE, Route, access
from tests.web_client import WebClient

ADA, EVE = "ada@x.org", "eve@x.org"
# Every purpose that a link may have, in both services that share the key.
PURPOSES = (
    "manage", "invitation", "join", "receipt", "sign-in", "watch", "group", "group-receipt",
    "preferences", "unsubscribe", "subscription-request",
)  # fmt: skip
# Those whose tokens carry no generation and no end: the database, or nothing at all, ends what they are for.
PLAIN = {"sign-in", "unsubscribe", "subscription-request", "group", "group-receipt"}
# What is answered to a token that is none: it is not there, or not good (any more).
REFUSALS = {
    "sign-in": {410},
    "subscription-request": {404, 410},
    "watch": {401},
    "": {401, 303},
    "group": {410},
}
BODIES: dict[str, Any] = {
    "PATCH /registration/v1/registrations/<uuid:id>": {"name": "Mallory"},
    "POST /registration/v1/invitations/<code>/accept": {},
    "POST /registration/v1/invitations/<code>/transfer": {"email": "mallory@x.org", "name": "Mallory"},
    "PATCH /notifications/v1/subscriptions/<token>": {"name": "Mallory"},
    "POST /registration/v1/sessions/<slug>/views": {"position_seconds": 60, "duration_seconds": 5400},
}
FORMS: dict[str, dict[str, str]] = {
    "POST /registration/manage/<uuid:id>/change": {"name": "Mallory", "library.name": "X", "library.type": "public"},
    "POST /registration/invitations/<code>/transfer": {"email": "mallory@x.org", "name": "Mallory"},
    "POST /notifications/preferences/<token>": {"name": "Mallory"},
    "POST /notifications/preferences/<token>/erase": {"again": ADA},
    "POST /notifications/v1/unsubscribe/<token>": {"List-Unsubscribe": "One-Click"},
}


@dataclass(frozen=True)
class Things:
    """What is Ada's and Eve's, by the purposes of the links to it; `slug` is a session in which both have a seat. In
    registration, `person` is who they are.
    """

    ada: dict[str, str]
    eve: dict[str, str]
    slug: str = "first"


def take_part(registration: Registration) -> Things:
    """Ada and Eve have a seat, an invitation, and a link to sign in."""
    first = registration.hold("first", join_url="https://meet.example.org/room", series="large-urban-public")
    registration.hold("workshop", policy="invitation")
    registration.know_series(make_series([first.id]))
    registration.know_recording(first)
    with runtime.share_connection(registration.conn):
        ada, eve = ({**_take_part(registration, email), **_strange(registration)} for email in (ADA, EVE))
    return Things(ada, eve)


def read(desk: Desk) -> Things:
    """Ada and Eve read the newsletter, and asked to once more."""

    def of(email: str) -> dict[str, str]:
        reader = desk.subscribe(email)
        desk.sign_up(f"new-{email}")
        row = desk.conn.execute("SELECT id FROM subscription_requests WHERE email = %s", [f"new-{email}"]).fetchone()
        assert row
        subjects = {"preferences": str(reader.id), "unsubscribe": str(reader.id), "subscription-request": str(row[0])}
        return {purpose: subjects.get(purpose, str(reader.id)) for purpose in PURPOSES}

    return Things(of(ADA), of(EVE))


def _take_part(registration: Registration, email: str) -> dict[str, str]:
    made = registration.register(email, "first", name=email.partition("@")[0].title()).json
    invitation = issue(registration.conn, slug="workshop", email=email, name=email, expires_at=None)
    registration.client.post("/registration/v1/learners/sign-in", json={"email": email})
    person = registration.value("SELECT id FROM people WHERE email = %s", email)
    group = _ask_for_group(registration, email)
    session = registration.value("SELECT id FROM sessions WHERE slug = %s", "first")
    return {
        "manage": made["id"],
        "join": made["id"],
        "invitation": str(invitation.id),
        "receipt": f"n{made['id'].replace('-', '')}",
        "sign-in": str(registration.value("SELECT id FROM sign_ins WHERE person_id = %s", person)),
        "group": group,
        "group-receipt": group,
        "watch": f"{person} {session}",
        "person": str(person),
    }


def _ask_for_group(registration: Registration, email: str) -> str:
    """A group that waits for somebody's click."""
    by, colleague = ({"email": one, "name": "Grace"} for one in (email, f"colleague-of-{email}"))
    body = {"session": "first", "registrar": by, "library": LIBRARY, "people": [colleague]}
    assert registration.client.post("/registration/v1/group-registrations", json=body).status_code == 202
    return str(registration.value("SELECT id FROM group_requests WHERE registrar_email = %s", email))


def _strange(registration: Registration) -> dict[str, str]:
    """Purposes of the other service, as a link that was signed for a thing of this one would have them."""
    some = str(registration.value("SELECT id FROM registrations ORDER BY id"))
    return dict.fromkeys(("preferences", "unsubscribe", "subscription-request"), some)


def linked(house: House) -> list[tuple[Route, str]]:
    """The routes behind links, each with the purpose of its link."""
    found = [(route, *access()[route.name].partition(" ")[::2]) for route in house.routes]
    return [(route, purpose) for route, kind, purpose in found if kind == "link"]


def sign(settings: Any, purpose: str, subject: str, *, generation: int = 0, ends_at: datetime | None = None) -> str:
    """The token of a link, as mails have it."""
    if purpose in PLAIN:
        return signed_links.sign(settings, purpose, subject)
    return signed_links.issue(settings, purpose, Ticket(subject, generation, ends_at))


def sign_as_before(settings: Any, purpose: str, subject: str) -> str:
    """The token that a mail of release 0.1.0 has."""
    known = subject.partition(" ")[0] if purpose == "watch" else subject
    return signed_links.sign(settings, signed_links.BEFORE.get(purpose, purpose), known)


def carry(route: Route, purpose: str, token: str, things: dict[str, str], slug: str) -> dict[str, Any]:
    """The request that brings a token along where the route reads it."""
    parts = {"token": token, "code": token, "id": things[purpose], "slug": slug}
    options: dict[str, Any] = {"address": route.address(**parts)}
    if not {"token", "code"} & route.rule.arguments:
        if purpose in ("sign-in", "subscription-request") or (purpose == "group" and route.method == "POST"):
            options |= {"json": {"token": token}} if route.is_api else {"data": {"token": token}}
        else:
            options["query_string"] = {"receipt" if purpose.endswith("receipt") else "token": token}
    if route.name in BODIES:
        options["json"] = BODIES[route.name]
    if route.name in FORMS:
        options["data"] = FORMS[route.name]
    return options


def false_tokens(purpose: str, subject: str, settings: Any) -> Iterator[tuple[str, str]]:
    """Tokens that are not the link of this purpose to this thing."""
    good = sign(settings, purpose, subject)
    body, _, signature = good.rpartition(".")
    for other in PURPOSES:
        if other != purpose:
            yield f"of purpose {other}", sign(settings, other, subject)
            yield f"of purpose {other}, as before", sign_as_before(settings, other, subject)
    yield "truncated", good[:-1]
    yield "longer", good + "A"
    yield "another signature", f"{body}.{'A' * len(signature)}"
    yield "no signature", f"{body}."
    yield "the signature alone", f".{signature}"
    yield "another thing under this signature", f"{body[:-2]}{'AA' if body[-2:] != 'AA' else 'BB'}.{signature}"
    yield "the id itself", subject
    yield "of another key", sign(replace(settings, links_key_file=_another_key()), purpose, subject)
    yield (
        "of another key, as before",
        sign_as_before(replace(settings, links_key_file=_another_key()), purpose, subject),
    )
    yield "none", "null"


def _another_key() -> Path:
    """A file that is no secret: whoever has it has not the key of this installation."""
    return Path(__file__)


def signed_in(house: House, whose: dict[str, str]) -> WebClient:
    """A browser in which somebody is signed in."""
    client, secret = house.client, token_urlsafe(32)
    insert_session(house.conn, secret, person_id=UUID(whose["person"]), days=30)
    client.set_cookie("convene_learner", secret, domain=urlsplit(SITE).netloc, path="/registration")
    return client
