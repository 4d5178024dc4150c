"""Addresses that no mail goes to: by staff, by what mail servers say, by what a provider tells."""

import pytest

from shared.events import registration as participation
from shared.events.catalog import SessionPublished
from tests.notifications.desk import Desk
from tests.notifications.post_office import PostOffice
from tests.notifications.samples import a_registration, a_session, confirmed
from tests.notifications.sink import Sink
from tests.web_client import WebClient

PATH, BOUNCES = "/notifications/v1/suppressions", "/notifications/v1/bounces"
ANN = "ann@library.example"


def register(desk: Desk) -> None:
    session = a_session()
    desk.receive(SessionPublished(session=session), confirmed(a_registration(session)))


def suppressed(client: WebClient) -> list[tuple[str, str]]:
    return [(one["email"], one["reason"]) for one in client.get(PATH).json["items"]]


def test_staff_suppress_an_address_and_lift_it_again(desk: Desk, client: WebClient) -> None:
    register(desk)

    added = client.post(PATH, json={"email": "ANN@library.example", "detail": "asked us by telephone"})
    again = client.post(PATH, json={"email": ANN})

    assert (added.status_code, again.status_code) == (201, 200)
    assert added.json["id"] == again.json["id"]
    assert client.get(PATH, query_string={"email": ANN}).json["items"][0]["detail"] == "asked us by telephone"
    assert desk.due() == []
    assert client.delete(f"{PATH}/{added.json['id']}").status_code == 204
    assert client.delete(f"{PATH}/{added.json['id']}").status_code == 404
    assert desk.due() == ["registration-confirmed"]


def test_an_address_that_is_none_is_refused(desk: Desk, client: WebClient) -> None:
    assert client.post(PATH, json={"email": "ann\r\n@library.example"}).status_code == 422


def test_a_provider_tells_of_bounces_and_complaints(desk: Desk, client: WebClient) -> None:
    told = [
        {"email": ANN, "kind": "bounce", "detail": "550 5.1.1 no such user"},
        {"email": "ben@library.example", "kind": "bounce", "permanent": False, "detail": "452 4.2.2 full"},
        {"email": "cleo@library.example", "kind": "complaint"},
    ]

    first = client.post(BOUNCES, json={"bounces": told})
    second = client.post(BOUNCES, json={"bounces": told})

    assert (first.json, second.json) == ({"suppressed": 2}, {"suppressed": 0})
    assert suppressed(client) == [("cleo@library.example", "complaint"), (ANN, "bounce")]


@pytest.mark.parametrize("content", [b"", b"\0\xff", b"Content-Type: multipart/report\r\n\r\nnothing"])
def test_what_is_no_report_suppresses_nobody(desk: Desk, client: WebClient, content: bytes) -> None:
    answer = client.post(BOUNCES, data=content, content_type="message/rfc822")

    assert answer.json == {"suppressed": 0}


@pytest.mark.parametrize(
    ("reply", "later"),
    [("550 5.1.1 no such user", "superseded"), ("550 5.7.1 looks like spam", "sent"), ("550 no", "sent")],
)
def test_an_address_that_does_not_exist_gets_no_further_mail(
    post: PostOffice, sink: Sink, reply: str, later: str
) -> None:
    session, other = a_session(), a_session(slug="other")
    seat = a_registration(session)
    post.receive(SessionPublished(session=session), SessionPublished(session=other), confirmed(seat))
    sink.rcpt_answers.append(reply)
    post.send()

    post.receive(confirmed(a_registration(other, person=seat.person)))
    post.send()

    first, second = post.rows()
    assert (first["state"], first["reply"]) == ("failed", reply)
    assert second["state"] == later
    if later == "superseded":
        assert second["reason"] == "no mail goes to this address: bounce"
        assert sink.accepted == []


def test_erasure_takes_the_address_out(desk: Desk, client: WebClient) -> None:
    register(desk)
    client.post(PATH, json={"email": ANN})
    [row] = desk.conn.execute("SELECT person_id FROM registrations").fetchall()
    person = participation.Person(id=row[0], email=ANN, name="Ann")

    desk.receive(participation.PersonErased(erasure=participation.Erasure(id=row[0], revision=1, person=person)))

    assert suppressed(client) == []


def test_what_is_wrong_with_a_bounce_is_named_by_its_place(client: WebClient) -> None:
    told = client.post(BOUNCES, json={"bounces": [{"email": "ada@library.example", "kind": "bounce"}, {"kind": "odd"}]})

    assert told.status_code == 422
    assert told.json
    assert set(told.json["errors"]) == {"bounces.1.email", "bounces.1.kind"}
