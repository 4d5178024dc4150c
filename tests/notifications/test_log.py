"""The log of mails, for staff."""

from collections.abc import Callable, Iterator

import pytest

from services.notifications.app import SERVICE
from shared import runtime, signed_links
from shared.events import registration as participation
from shared.events.catalog import SessionPublished
from tests.notifications.desk import Desk
from tests.notifications.samples import a_person, a_registration, a_session, a_sign_in, cancelled, confirmed
from tests.web_client import WebClient, make_client

PATH = "/notifications/v1/messages"


@pytest.fixture
def client(present: runtime.Runtime, staff_token: Callable[[str], str]) -> Iterator[WebClient]:
    """A member of staff who may read."""
    with make_client(SERVICE.create_app(present)) as made:
        made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {staff_token('notifications:read')}"
        yield made


def register(desk: Desk, *names: str) -> None:
    session = a_session()
    desk.receive(SessionPublished(session=session))
    for name in names:
        desk.receive(confirmed(a_registration(session, person=a_person(name, f"{name}@library.example"))))


def test_the_log_tells_to_whom_why_and_what_became_of_it(desk: Desk, client: WebClient) -> None:
    register(desk, "ann")

    [message] = client.get(PATH).json["items"]

    [row] = desk.rows()
    assert message["id"] == str(row["id"])
    assert (message["kind"], message["state"]) == ("registration-confirmed", "queued")
    assert (message["recipient"], message["event_id"]) == ("ann@library.example", str(row["event_id"]))
    assert message["session"]["slug"] == "world-cafe"


def test_the_log_is_filtered(desk: Desk, client: WebClient) -> None:
    session = a_session(slug="other")
    registration = a_registration(session)
    register(desk, "ann", "ben")
    desk.receive(SessionPublished(session=session), confirmed(registration), cancelled(registration))
    event = desk.rows()[1]["event_id"]

    def count(**query: str) -> int:
        return len(client.get(PATH, query_string=query).json["items"])

    assert count() == 4
    assert count(recipient="BEN@library.example") == 1
    assert count(session="other") == 2
    assert count(kind="registration-cancelled") == 1
    assert count(state="queued", kind="registration-confirmed") == 3
    assert count(state="sent") == 0
    assert count(event=str(event)) == 1


def test_the_log_comes_in_pages_newest_first(desk: Desk, client: WebClient) -> None:
    register(desk, *"abcde")

    found, cursor = [], None
    while cursor is not None or not found:
        page = client.get(PATH, query_string={"limit": "2", **({"cursor": cursor} if cursor else {})}).json
        found += [message["recipient"][0] for message in page["items"]]
        cursor = page["next"]

    assert found == list("edcba")


def test_one_mail_is_shown_as_it_reads_without_the_tokens_of_its_links(desk: Desk, client: WebClient) -> None:
    register(desk, "ann")
    [row] = desk.rows()

    answer = client.get(f"{PATH}/{row['id']}")

    rendered = answer.json["rendered"]
    assert rendered["subject"] == "You are registered: World Café"
    assert "Hello ann," in rendered["text"]
    assert "token=hidden" in rendered["text"]
    assert signed_links.sign(desk.settings, "registration", str(row["subject"])) not in answer.text
    again = client.get(f"{PATH}/{row['id']}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_an_unknown_mail_is_not_found_and_an_unknown_filter_is_named(client: WebClient, desk: Desk) -> None:
    assert client.get(f"{PATH}/00000000-0000-0000-0000-000000000000").status_code == 404
    answer = client.get(PATH, query_string={"who": "ann"})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["who"])


@pytest.mark.parametrize(("scope", "status"), [("", 403), ("registration:read", 403), ("notifications:read", 200)])
def test_the_log_needs_its_scope(
    desk: Desk, client: WebClient, staff_token: Callable[[str], str], scope: str, status: int
) -> None:
    assert client.get(PATH, headers={"Authorization": f"Bearer {staff_token(scope)}"}).status_code == status


def test_the_log_still_tells_of_a_mail_whose_person_was_erased(desk: Desk, client: WebClient) -> None:
    sign_in = a_sign_in()
    desk.receive(participation.SignInRequested(sign_in=sign_in))
    [row] = desk.rows()

    desk.receive(
        participation.PersonErased(erasure=participation.Erasure(id=row["id"], revision=1, person=sign_in.person))
    )

    answer = client.get(f"{PATH}/{row['id']}")
    assert (answer.status_code, answer.json["rendered"]) == (200, None)
