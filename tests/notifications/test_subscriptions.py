"""The newsletter's readers: nobody is one who did not confirm it, and everybody can leave, for ever."""

import csv
import io
import re
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from shared import signed_links
from shared.events import registration as participation
from tests.notifications.desk import Desk
from tests.notifications.mails import text_of
from tests.notifications.samples import a_person
from tests.usage import let_pass, use_up_network
from tests.web_client import WebClient

SIGN_UP, BOUNCES = "/notifications/v1/subscriptions", "/notifications/v1/bounces"
CONFIRM, PREFERENCES = "/notifications/confirm", "/notifications/preferences/"
READERS = "/notifications/v1/readers"
ANN = "ann@library.example"


@pytest.fixture
def reader(client: WebClient) -> WebClient:
    """Somebody without any token."""
    del client.environ_base["HTTP_AUTHORIZATION"]
    return client


def sign_up(client: WebClient, email: str = ANN, **wanted: Any) -> int:
    return client.post(SIGN_UP, json={"email": email, **wanted}).status_code


def link_in(desk: Desk, kind: str, path: str) -> str:
    """Path and query of the link in the last mail of this kind."""
    mails = [mail for mail, name in zip(desk.mails(), desk.kinds(), strict=True) if name == kind]
    [link] = re.findall(rf"http://localhost:8080({path}\S+)", text_of(mails[-1]))
    return link


def confirm(desk: Desk, client: WebClient) -> dict[str, Any]:
    """Confirm the last request; the subscription."""
    token = link_in(desk, "subscription-requested", CONFIRM).partition("token=")[2]
    response = client.post(f"{SIGN_UP}/confirm", json={"token": token})
    assert response.status_code == 200, response.json
    return response.json


def leaving(desk: Desk, subscription: str, issue: str = "") -> str:
    token = signed_links.sign(desk.settings, "unsubscribe", f"{subscription} {issue}".strip())
    return f"/notifications/v1/unsubscribe/{token}"


def pass_an_hour(desk: Desk) -> None:
    let_pass(desk.conn, hours=1)


def id_of(desk: Desk, email: str = ANN) -> str:
    row = desk.conn.execute("SELECT id FROM subscriptions WHERE email = %s", [email]).fetchone()
    assert row
    return str(row[0])


def test_nobody_is_a_reader_before_they_confirm_it(desk: Desk, reader: WebClient) -> None:
    assert sign_up(reader, "Ann@Library.example ", name="Ann Ünal", topics=["dialogue"], digest=True) == 202
    assert desk.conn.execute("SELECT count(*) FROM subscriptions").fetchone() == (0,)

    made = confirm(desk, reader)

    assert (made["email"], made["name"], made["status"]) == (ANN, "Ann Ünal", "confirmed")
    assert (made["topics"], made["library_types"], made["digest"]) == (["dialogue"], [], True)
    assert desk.due() == []  # the mail that asked is not due any more


def test_a_mail_that_asks_says_nothing_that_a_stranger_wrote(desk: Desk, reader: WebClient) -> None:
    sign_up(reader, name="Cheap pills at pills.example")

    assert "pills" not in text_of(desk.mail("subscription-requested"))


def test_the_page_behind_the_link_confirms_nothing_by_itself(desk: Desk, reader: WebClient) -> None:
    sign_up(reader)
    link = link_in(desk, "subscription-requested", CONFIRM)

    page = reader.get(link)
    assert page.status_code == 200
    assert desk.conn.execute("SELECT count(*) FROM subscriptions").fetchone() == (0,)

    [token] = re.findall(r'name="token" value="([^"]+)"', page.text)
    done = reader.post(CONFIRM, data={"token": token})
    assert "You are subscribed" in done.text
    assert desk.conn.execute("SELECT status FROM subscriptions").fetchone() == ("confirmed",)


def test_confirming_twice_is_as_good_as_once(desk: Desk, reader: WebClient) -> None:
    sign_up(reader)
    assert confirm(desk, reader) == confirm(desk, reader)


def test_an_old_link_does_not_bring_back_who_has_left(desk: Desk, reader: WebClient) -> None:
    sign_up(reader)
    token = link_in(desk, "subscription-requested", CONFIRM).partition("token=")[2]
    url = urlsplit(confirm(desk, reader)["url"]).path

    assert reader.delete(url).json["status"] == "ended"

    assert reader.post(f"{SIGN_UP}/confirm", json={"token": token}).status_code == 410
    assert reader.post(CONFIRM, data={"token": token}).status_code == 410
    assert reader.get(url).json["status"] == "ended"
    assert reader.patch(url, json={"digest": True}).status_code == 409


def test_who_has_left_may_come_back(desk: Desk, reader: WebClient) -> None:
    sign_up(reader)
    reader.delete(urlsplit(confirm(desk, reader)["url"]).path)
    pass_an_hour(desk)

    sign_up(reader, topics=["dialogue"])
    again = confirm(desk, reader)

    assert (again["status"], again["ended_at"], again["topics"]) == ("confirmed", None, ["dialogue"])
    assert "subscription-ended" not in desk.due()


def test_a_request_is_good_for_seven_days(desk: Desk, reader: WebClient) -> None:
    sign_up(reader)
    token = link_in(desk, "subscription-requested", CONFIRM).partition("token=")[2]
    desk.conn.execute("UPDATE subscription_requests SET expires_at = now()")

    assert reader.post(f"{SIGN_UP}/confirm", json={"token": token}).status_code == 410
    assert desk.due() == []


def test_a_reader_who_signs_up_again_changes_nothing_by_it_and_is_told_so(desk: Desk, reader: WebClient) -> None:
    sign_up(reader, topics=["dialogue"])
    url = urlsplit(confirm(desk, reader)["url"]).path
    pass_an_hour(desk)

    assert sign_up(reader, topics=[]) == 202

    assert reader.get(url).json["topics"] == ["dialogue"]
    link = link_in(desk, "subscription-standing", PREFERENCES)
    assert reader.get(f"{SIGN_UP}/{link.removeprefix(PREFERENCES)}").json["topics"] == ["dialogue"]


def test_one_address_gets_one_mail_an_hour_and_five_a_day_whoever_asks(desk: Desk, reader: WebClient) -> None:
    for _ in range(8):
        assert [sign_up(reader), sign_up(reader)] == [202, 202]
        pass_an_hour(desk)

    assert len(desk.rows()) == 5


def test_one_network_signs_up_so_many_addresses_in_ten_minutes(desk: Desk, reader: WebClient) -> None:
    use_up_network(desk.conn, "127.0.0.0/24", left=3)
    assert {sign_up(reader, f"a{number}@library.example") for number in range(3)} == {202}

    refused = reader.post(SIGN_UP, json={"email": "one-more@library.example"})

    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 600
    assert len(desk.rows()) == 3
    let_pass(desk.conn, hours=1)
    assert sign_up(reader, "one-more@library.example") == 202


def test_one_mailbox_is_asked_once_however_it_is_written(desk: Desk, reader: WebClient) -> None:
    for email in ("a.n.n@gmail.com", "ann+1@gmail.com", "ANN+2@googlemail.com"):
        assert sign_up(reader, email) == 202

    assert len(desk.rows()) == 1


def test_a_reader_hears_of_other_things_when_they_say_so(desk: Desk, reader: WebClient) -> None:
    sign_up(reader)
    url = urlsplit(confirm(desk, reader)["url"]).path

    changed = reader.patch(url, json={"library_types": ["academic"], "name": "Ann"})

    assert (changed.json["library_types"], changed.json["name"]) == (["academic"], "Ann")
    assert reader.get(url).json == changed.json
    assert reader.patch(url, json={"email": "other@library.example"}).status_code == 422
    assert reader.get(f"{SIGN_UP}/{uuid4()}").status_code == 404


def test_one_click_leaves_works_again_and_is_confirmed_once(desk: Desk, reader: WebClient) -> None:
    sign_up(reader)
    confirm(desk, reader)
    link = leaving(desk, id_of(desk), str(issue := uuid4()))

    assert "Please confirm" in reader.get(link).text
    assert desk.conn.execute("SELECT status FROM subscriptions").fetchone() == ("confirmed",)
    clicks = [reader.post(link, data={"List-Unsubscribe": "One-Click"}) for _ in range(2)]

    assert [click.status_code for click in clicks] == [200, 200]
    assert desk.conn.execute("SELECT status, ended_by FROM subscriptions").fetchone() == ("ended", issue)
    assert desk.kinds().count("subscription-ended") == 1
    assert "You have unsubscribed" in text_of(desk.mail("subscription-ended"))


def test_leaving_needs_the_link_of_ones_own_and_the_word_of_the_standard(desk: Desk, reader: WebClient) -> None:
    sign_up(reader)
    manage = confirm(desk, reader)["url"].rpartition("/")[2]
    link = leaving(desk, id_of(desk))

    assert reader.post(link, data={"List-Unsubscribe": "no"}).status_code == 422
    assert reader.post(link, json={"List-Unsubscribe": "One-Click"}).status_code == 415
    for wrong in (manage, "nothing", link.rpartition("/")[2][:-1]):
        answer = reader.post(f"/notifications/v1/unsubscribe/{wrong}", data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 404
    assert desk.conn.execute("SELECT status FROM subscriptions").fetchone() == ("confirmed",)


def test_the_link_works_for_whoever_was_forgotten_meanwhile(desk: Desk, reader: WebClient) -> None:
    sign_up(reader)
    confirm(desk, reader)
    link = leaving(desk, id_of(desk))
    pass_an_hour(desk)
    sign_up(reader)
    person = a_person(email=ANN)

    desk.receive(participation.PersonErased(erasure=participation.Erasure(id=uuid4(), revision=1, person=person)))

    assert reader.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    for table in ("subscriptions", "subscription_requests", "consents"):
        assert desk.conn.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608
    assert {row["recipient"] for row in desk.rows()} == {""}


def test_whoever_calls_it_spam_has_left(desk: Desk, client: WebClient) -> None:
    sign_up(client)
    confirm(desk, client)

    client.post(BOUNCES, json={"bounces": [{"email": ANN, "kind": "complaint"}]})

    [one] = client.get(READERS).json["items"]
    assert one["status"] == "ended"
    assert "subscription-ended" not in desk.kinds()


def test_the_proof_says_what_a_reader_did_when_from_where_and_on_which_text(desk: Desk, client: WebClient) -> None:
    sign_up(client)
    url = urlsplit(confirm(desk, client)["url"]).path
    client.patch(url, json={"digest": True})
    client.delete(url)
    [one] = client.get(READERS, query_string={"email": "ANN@library.example"}).json["items"]

    proof = client.get(f"{READERS}/{one['id']}").json["consents"]

    assert [step["act"] for step in proof] == ["asked", "confirmed", "changed", "ended"]
    assert {step["given_from"] for step in proof} == {"127.0.0.1"}
    assert "Send me the newsletter." in proof[1]["wording"]


def test_staff_find_readers_by_what_they_want(desk: Desk, client: WebClient) -> None:
    for email, topics in ((ANN, ["dialogue"]), ("bo@library.example", [])):
        sign_up(client, email, topics=topics)
        confirm(desk, client)

    def found(**query: str) -> list[str]:
        return [one["email"] for one in client.get(READERS, query_string=query).json["items"]]

    assert found() == ["bo@library.example", ANN]
    assert found(topic="dialogue") == [ANN]
    assert found(status="ended") == []
    first = client.get(READERS, query_string={"limit": 1}).json
    assert found(cursor=first["next"]) == [ANN]


def test_a_reader_who_wants_that_is_forgotten(desk: Desk, client: WebClient) -> None:
    sign_up(client)
    confirm(desk, client)
    link = leaving(desk, id := id_of(desk))
    desk.publish(desk.issue())

    assert client.delete(f"{READERS}/{id}").status_code == 204

    assert {(row["recipient"], row["state"]) for row in desk.rows()} == {("", "superseded")}
    assert client.get(READERS).json["items"] == []
    assert client.delete(f"{READERS}/{id}").status_code == 404
    assert client.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    for table in ("subscriptions", "subscription_requests", "consents", "messages", "audit_log"):
        assert ANN not in str(desk.conn.execute(f"SELECT t::text FROM {table} AS t").fetchall())  # noqa: S608


def an_import(**changes: Any) -> dict[str, Any]:
    return {
        "email": "cy@library.example",
        "name": "Cy",
        "topics": ["dialogue"],
        "confirmed_at": "2016-01-01T10:00:00-06:00",
        "given_from": "the list of 2016, page 3",
        "wording": "Yes, write to me.",
    } | changes


def test_an_import_takes_in_who_is_new_with_their_proof_and_leaves_others_alone(desk: Desk, client: WebClient) -> None:
    sign_up(client)
    url = urlsplit(confirm(desk, client)["url"]).path
    client.delete(url)
    client.post("/notifications/v1/suppressions", json={"email": "gone@library.example"})
    given = {"readers": [an_import(), an_import(email=ANN), an_import(email="gone@library.example")]}

    dry = client.post(f"{READERS}/imports", json=given, query_string={"dry_run": "true"})
    assert client.get(READERS, query_string={"status": "confirmed"}).json["items"] == []
    done = client.post(f"{READERS}/imports", json=given)
    again = client.post(f"{READERS}/imports", json=given)

    assert dry.json == done.json == {"new": 1, "known": 0, "left": 1, "suppressed": 1}
    assert again.json == {"new": 0, "known": 1, "left": 1, "suppressed": 1}
    [one] = client.get(READERS, query_string={"status": "confirmed"}).json["items"]
    assert one["confirmed_at"].startswith("2016-01-01T16:00:00")
    [proof] = client.get(f"{READERS}/{one['id']}").json["consents"]
    assert (proof["act"], proof["given_from"]) == ("imported", "the list of 2016, page 3")
    assert "cy@" not in str(client.get("/notifications/v1/audit").json)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"email": "nobody"}, "readers.1.email"),
        ({}, "readers.1.email"),
        ({"email": "bo@library.example", "confirmed_at": "2100-01-01T00:00:00Z"}, "readers.1.confirmed_at"),
        ({"email": "bo@library.example", "wording": ""}, "readers.1.wording"),
    ],
)
def test_an_import_with_a_mistake_names_it_and_takes_in_nobody(
    desk: Desk, client: WebClient, changes: dict[str, Any], path: str
) -> None:
    refused = client.post(f"{READERS}/imports", json={"readers": [an_import(), an_import(**changes)]})

    assert refused.status_code == 422
    assert path in refused.json["errors"]
    assert client.get(READERS).json["items"] == []


def test_an_export_can_be_imported_elsewhere(desk: Desk, client: WebClient) -> None:
    client.post(f"{READERS}/imports", json={"readers": [an_import(name="=1+1", library_types=["public", "school"])]})

    exported = client.get(READERS, headers={"Accept": "text/csv"})

    [row] = csv.DictReader(io.StringIO(exported.text.removeprefix("\ufeff")))
    assert (row["email"], row["name"], row["library_types"]) == ("cy@library.example", "'=1+1", "public; school")
    assert (row["given_from"], row["wording"]) == ("the list of 2016, page 3", "Yes, write to me.")


def test_personal_links_of_readers_are_hidden_from_staff(desk: Desk, client: WebClient) -> None:
    sign_up(client)

    [row] = client.get("/notifications/v1/messages").json["items"]
    shown = client.get(f"/notifications/v1/messages/{UUID(row['id'])}").json["rendered"]["text"]

    assert "token=hidden" in shown


def test_who_registers_for_a_session_may_want_the_newsletter_as_well(desk: Desk, reader: WebClient) -> None:
    def ask(person: participation.Person) -> None:
        wish = participation.NewsletterRequest(id=uuid4(), revision=1, person=person, library_types=["public"])
        desk.receive(participation.NewsletterRequested(request=wish))

    ask(a_person())
    made = confirm(desk, reader)
    pass_an_hour(desk)
    ask(a_person())

    assert (made["name"], made["library_types"]) == ("Ann Ünal", ["public"])
    assert desk.kinds() == ["subscription-requested"]  # nobody is asked for what they have


def test_nobody_is_asked_who_is_forgotten(desk: Desk) -> None:
    person = a_person()
    desk.receive(participation.PersonErased(erasure=participation.Erasure(id=uuid4(), revision=1, person=person)))

    wish = participation.NewsletterRequest(id=uuid4(), revision=1, person=person)
    desk.receive(participation.NewsletterRequested(request=wish))

    assert desk.kinds() == []
