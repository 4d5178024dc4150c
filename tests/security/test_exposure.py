"""What anybody reads holds what is public and nothing else: no person, no link to join, no word of staff."""

from typing import Any

import pytest

from services.registration.certificates.jobs import issue_certificates
from shared import runtime
from tests.catalog.catalog import Catalog
from tests.catalog.programs import JOIN_URL, small
from tests.notifications.desk import Desk
from tests.registration.registration import Registration
from tests.registration.samples import AFTER, make_series
from tests.security.houses import House
from tests.security.routes import SITE, Route, access

ADA = "canary-ada@x.org"
# What only its owner and staff may read.
SECRETS = (
    ADA, "canary-ada", "Canary Lovelace", "Canary job", "Canary Library", "Canary needs a ramp", "Canary of staff",
    "Canary answer", "meet.example.org", "canary-waiting",
)  # fmt: skip
# Members that no public document has, whatever they hold.
PRIVATE = {
    "email", "join_url", "accommodations", "note", "answers", "person", "person_id", "registered_by", "token", "secret",
    "given_from", "network", "token_hash", "actor", "draft", "publish_at",
}  # fmt: skip
# `note` says in public whom a series is meant for; a presenter's and a partner's members are public by their nature.
PUBLIC_BY_NATURE = {"audience.note"}
AVAILABILITY = {"capacity", "confirmed", "waitlisted", "seats_left", "state"}
OUTCOME = {"id", "session", "status", "position", "advice"}
SESSION = {
    "id", "slug", "title", "summary", "description", "description_html", "initiative", "series", "format", "status",
    "when", "venue", "online", "organizations", "terms", "registration", "recording", "contact_hours", "price",
    "revision", "updated_at", "links", "presenters", "learning_outcomes", "who_should_attend", "materials",
}  # fmt: skip
BY_PATH = {
    "/sessions/": "cafe", "/series/": "large", "/initiatives/": "models", "/announcements/": "free",
    "/organizations/": "ncdd", "/recordings/": "cafe", "/vocabularies/": "topic",
}  # fmt: skip
ACCEPTED = ("application/json", "text/html", "text/csv", "*/*")


def public_reads(house: House) -> list[Route]:
    return [route for route in house.routes if route.method == "GET" and access()[route.name] == "anybody"]


def read_all(house: House, **parts: str) -> dict[tuple[str, str], Any]:
    """Every public read, by its route and what is accepted, of the things that are there."""
    found = {}
    for route in public_reads(house):
        slug = next((slug for path, slug in BY_PATH.items() if path in route.rule.rule), "x")
        named = {"name": slug} if "/vocabularies/" in route.rule.rule else {}
        address = route.address(**{"slug": slug, **named, **parts})
        for accepted in ACCEPTED:
            answer = house.client.get(address, headers={"Accept": accepted}, base_url=SITE, buffered=True)
            found[route.name, accepted] = answer
    return found


def told(answers: dict[tuple[str, str], Any]) -> list[tuple[str, str]]:
    """Which answers hold what they must not."""
    return [
        (name, secret)
        for (name, _), answer in answers.items()
        for secret in SECRETS
        if secret.encode() in answer.data or any(secret in value for value in answer.headers.values())
    ]


def members(document: Any, path: str = "") -> set[str]:
    """The members of a document, each after the one that it is in."""
    if isinstance(document, dict):
        within = (members(value, name) for name, value in document.items())
        return {f"{path}.{name}" for name in document}.union(*within)
    if isinstance(document, list):
        return set().union(*(members(value, path) for value in document))
    return set()


def private(answers: dict[tuple[str, str], Any]) -> set[tuple[str, str]]:
    return {
        (name, member)
        for (name, accepted), answer in answers.items()
        if accepted == "application/json" and answer.is_json and "openapi" not in name
        for member in members(answer.json)
        if member.rpartition(".")[2] in PRIVATE and member not in PUBLIC_BY_NATURE
    }


@pytest.mark.covers("API3:2023", "ASVS 8.2.3", "ASVS 14.2.6", "ASVS 15.3.1")
def test_the_public_catalog_tells_nothing_that_is_for_some(catalog: Catalog, publishing: House) -> None:
    catalog.take_in(small())
    catalog.client.post(
        "/catalog/v1/sessions/cafe/comments", json={"author": "canary-waiting", "body": "canary-waiting"}
    )
    assert JOIN_URL.removeprefix("https://").startswith("meet.example.org")

    answers = read_all(publishing)

    assert answers["GET /catalog/v1/sessions/<slug>", "application/json"].status_code == 200
    assert told(answers) == []
    assert private(answers) == set()
    assert set(answers["GET /catalog/v1/sessions/<slug>", "application/json"].json) <= SESSION


@pytest.mark.covers("API3:2023", "ASVS 8.2.3", "ASVS 14.2.6", "ASVS 15.3.1")
def test_public_answers_of_registration_tell_of_no_person(registration: Registration, registering: House) -> None:
    session = registration.hold("cafe", join_url="https://meet.example.org/room", contact_hours=1)
    registration.know_series(make_series([session.id]))
    made = registration.register(
        ADA,
        "cafe",
        name="Canary Lovelace",
        job_title="Canary job",
        accommodations="Canary needs a ramp",
        library={"name": "Canary Library", "type": "public"},
    )
    note = {"note": "Canary of staff"}
    path = f"/registration/v1/registrations/{made.json['id']}"
    assert registration.client.patch(path, json=note, headers=registration.staff).status_code == 200

    answers = read_all(registering)

    assert told(answers) == []
    assert private(answers) == set()
    assert set(answers["GET /registration/v1/sessions/<slug>/availability", "application/json"].json) == AVAILABILITY
    assert set(made.json) == OUTCOME
    assert set(registration.register(ADA, "cafe").json) == {"session", "advice"}
    assert not any(secret in made.text for secret in SECRETS)


@pytest.mark.covers("API3:2023", "ASVS 15.3.1")
def test_a_certificate_names_who_earned_it_and_no_more(registration: Registration, registering: House) -> None:
    """Whoever was given its address may verify it."""
    registration.hold("cafe", contact_hours=1)
    library = {"name": "Canary Library", "type": "public"}
    registration.register(ADA, "cafe", name="Ada Lovelace", job_title="Canary job", library=library)
    registration.set_time(AFTER)
    registration.attend((ADA, 80), slug="cafe")
    with runtime.share_connection(registration.conn):
        assert issue_certificates() == 1
    id = str(registration.value("SELECT id FROM certificates"))

    read = read_all(registering, id=id)
    answers = {name: answer for name, answer in read.items() if "certificates/<uuid" in name[0]}

    assert {answer.status_code for answer in answers.values()} <= {200, 302}
    assert "Ada Lovelace" in answers["GET /registration/v1/certificates/<uuid:id>", "application/json"].text
    assert told(answers) == []


@pytest.mark.covers("API3:2023", "ASVS 8.2.3", "ASVS 15.3.1")
def test_public_answers_of_notifications_tell_of_no_reader(desk: Desk, notifying: House) -> None:
    desk.subscribe(ADA, name="Canary Lovelace")
    desk.publish(desk.issue(slug="free", subject="Free"))

    answers = read_all(notifying, slug="free")

    assert answers["GET /notifications/archive/<slug>", "text/html"].status_code == 200
    assert told(answers) == []


@pytest.mark.covers("API3:2023", "ASVS 15.3.1")
@pytest.mark.parametrize(
    "query",
    [
        "fields=join_url",
        "fields=online.join_url",
        "fields=__class__",
        "include=people",
        "include=registrations",
        "sort=password_hash",
        "sort=id;--",
        "expand=all",
    ],
)
def test_nobody_asks_for_more_than_there_is_to_pick(catalog: Catalog, query: str) -> None:
    catalog.take_in(small())
    name = query.partition("=")[0]

    answer = catalog.client.get(f"/catalog/v1/sessions?{query}")

    assert (answer.status_code, next(iter(answer.json["errors"])).partition(".")[0]) == (422, name)
    assert "meet.example.org" not in answer.text
