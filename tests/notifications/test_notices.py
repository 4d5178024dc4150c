"""A notice that a mail came back counts for the mail of ours that it names and for whom that went to, or not at all."""

import random
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notifications.bounces.delivery_reports import parse_delivery_report
from shared.events import registration as participation
from shared.events.catalog import SessionPublished
from shared.events.registration import Person
from tests.notifications.desk import Desk
from tests.notifications.notices import READER, block, notice
from tests.notifications.samples import a_person, a_registration, a_session, confirmed
from tests.web_client import WebClient, WebResponse

PATH, BOUNCES = "/notifications/v1/suppressions", "/notifications/v1/bounces"
RETURNED = ("text/rfc822-headers", "message/rfc822", "message/global-headers")
FORGED = "Message-ID: <never-sent-by-us@elsewhere.example>"


def mailed(desk: Desk, email: str = READER) -> tuple[UUID, Person]:
    """Somebody who was sent a mail: its id, and who it is."""
    session, person = a_session(), a_person(email=email)
    desk.receive(SessionPublished(session=session), confirmed(a_registration(session, person=person)))
    sql = "UPDATE messages SET state = 'sent', sent_at = now(), attempts = 1 WHERE recipient = %s RETURNING id"
    [row] = desk.conn.execute(sql, [email]).fetchall()
    return row[0], person


def json_of(answer: WebResponse) -> dict[str, Any]:
    assert answer.status_code == 200
    assert answer.json is not None
    return answer.json


def take_in(client: WebClient, text: str, id: UUID) -> dict[str, Any]:
    content = text.replace("{id}", str(id)).replace("\n", "\r\n")
    answer = client.post(BOUNCES, data=content.encode(), content_type="message/rfc822")
    return json_of(answer)


def suppressed(client: WebClient) -> list[str]:
    return [one["email"] for one in json_of(client.get(PATH))["items"]]


POSTFIX = "smtp; 550 5.1.1 <reader@library.example>: Recipient address rejected:\n    User unknown in virtual table"


@pytest.mark.parametrize(
    "text",
    [
        notice(),
        notice(block(diagnostic=POSTFIX)),
        notice(block("5.4.4", "X-Postfix; Host or domain name not found. Name service error: Host not found")),
        notice(block("5.4.1", "smtp; 550 5.4.1 Recipient address rejected: Access denied.\n    [XX1EXA0001.prod]")),
        notice(block("5.5.0", "smtp;550 Requested action not taken: mailbox unavailable (12345:6789:-0)")),
        notice(block("5.0.0", "SMTP; 554 delivery error: dd This user doesn't have a library.example account")),
        notice(block(None, "smtp; 550 5.1.1 <reader@library.example>... User unknown")),
        notice(block("5.0.0", "smtp; 550 5.1.1 <reader@library.example>... User Unknown")),
        notice(block("5.1.351", "smtp;550 5.1.351 Remote server returned unknown recipient -> 550 user unknown")),
        notice(block(action="failed (Bad destination mailbox address)")),
        notice(block("5.2.1", "smtp; 550 5.2.1 <reader@library.example>... User Unknown")),
        notice(block("5.0.0 (undefined status)", "smtp;550 Recipient address rejected: User unknown in local table")),
        notice(block(final=f"utf-8; {READER}"), kind="message/global-delivery-status"),
        notice(block("5.4.4", "smtp; 550 5.4.4 Invalid domain")),
        notice(block("5.0.0", "unknown; No such domain.")),
        notice(block("5.0.0", "X-Notes; User Rosa Reader (reader@library.example) not listed in Domino Directory")),
        notice(block(), block("5.2.2", "smtp; 552 5.2.2 full", final="rfc822; second@library.example")),
        notice(block(final='rfc822; "a..b"@library.example'), block()),
        notice(block(final=READER)),
        notice(block("5.5.0", "SMTP; 550 5.5.0 Adresse destinataire invalide. Invalid recipient. REF_416")),
        notice(block(final="rfc822; old-box@isp.example", original=f"rfc822;{READER}")),
        notice(block(final="rfc822; Reader@Library.EXAMPLE")),
        notice(block(diagnostic=None)),
    ],
)
def test_a_mail_that_came_back_since_there_is_no_such_address(desk: Desk, client: WebClient, text: str) -> None:
    id, _ = mailed(desk)

    assert take_in(client, text, id)["suppressed"] == 1

    assert suppressed(client) == [READER]


@pytest.mark.parametrize(
    "text",
    [
        notice(block("5.1.1", "smtp; 552 5.2.2 Over quota")),
        notice(block("5.2.2", "smtp; 552 5.2.2 <reader@library.example>: Mailbox is full")),
        notice(block("4.4.1", "X-Postfix; connect to mx.library.example[192.0.2.80]:25: Connection timed out")),
        notice(block("5.4.1", "smtp; 554 5.4.1 No answer from host")),
        notice(block("5.1.1", "SMTP; 550 5.7.1 IP address blocklisted by recipient")),
        notice(
            block("5.7.1", "smtp; 554 5.7.1 Service unavailable; Client host [10.5.1.10] blocked\n    using bl.example")
        ),
        notice(block("5.7.1", "smtp; 550 5.7.1 Refused, see ticket\n    5.1.6")),
        notice(
            block("5.7.26", "smtp; 550-5.7.26 Unauthenticated email is not accepted due to domain's\n    DMARC policy.")
        ),
        notice(block("5.1.8", "smtp; 553 5.1.8 <learning@ala.example>: Sender address rejected: Domain not found")),
        notice(block("5.3.4", "smtp; 552 5.3.4 Message size exceeds fixed limit")),
        notice(block("5.0.0 (5.1.1)", "smtp; 550 no (5.1.1)")),
        notice(block(action="delayed")),
        notice(block("2.0.0", "smtp; 250 2.0.0 OK", action="delivered")),
        notice(block(action="relayed (failed)")),
    ],
)
def test_what_may_pass_or_is_said_of_us_or_is_no_failure_suppresses_nobody(
    desk: Desk, client: WebClient, text: str
) -> None:
    id, _ = mailed(desk)

    assert take_in(client, text, id) == {"suppressed": 0}

    assert suppressed(client) == []


@pytest.mark.covers("API2:2023", "ASVS 2.3.1")
@pytest.mark.parametrize(
    "text",
    [
        notice(inner=FORGED),
        notice(inner=FORGED, returned="message/rfc822-headers"),
        notice(inner=f"Message-ID: <{uuid4()}@ala.example>"),
        notice(inner="Subject: nothing"),
        notice(block(final="rfc822; rival@library.example")),
        notice(block(final="rfc822; rival@library.example", original="rfc822; other@library.example")),
        notice(inner=FORGED, top="X-Note: {id}"),
        notice(inner="Message-ID: <{id}0@ala.example>"),
        notice(inner="Message-ID: <x{id}@ala.example>"),
    ],
)
def test_a_notice_that_names_no_mail_of_ours_to_this_address_changes_nothing_and_says_so(
    desk: Desk, client: WebClient, text: str
) -> None:
    id, _ = mailed(desk)

    answer = take_in(client, text, id)

    assert answer["suppressed"] == 0
    [why] = answer["ignored"]
    assert "names no mail that we sent to this address" in why
    assert suppressed(client) == []


def test_the_message_id_of_a_mail_to_somebody_else_proves_nothing(desk: Desk, client: WebClient) -> None:
    mailed(desk)
    other, _ = mailed(desk, "mallory@library.example")

    assert take_in(client, notice(), other)["suppressed"] == 0

    assert suppressed(client) == []


@pytest.mark.parametrize(
    "text",
    [
        notice(returned="message/rfc822"),
        notice(returned="message/rfc822-headers"),
        notice(returned="message/global-headers"),
        notice(inner=FORGED, top="In-Reply-To: <{id}@ala.example>"),
        notice(inner=FORGED, top="References: <x@y.example>\n <{id}@ala.example>"),
        notice(inner=FORGED, top="Original-Message-ID: <{id}@ala.example>"),
        notice(inner=FORGED, about="Original-Envelope-Id: {id}"),
        notice(inner="Message-ID: <{id}@before.example>"),  # the sender had another domain then
    ],
)
def test_a_mail_of_ours_is_named_in_any_of_these_ways(desk: Desk, client: WebClient, text: str) -> None:
    id, _ = mailed(desk)

    assert take_in(client, text, id)["suppressed"] == 1


def test_a_notice_within_a_mail_that_is_returned_or_quoted_is_not_one(desk: Desk, client: WebClient) -> None:
    id, _ = mailed(desk)
    letter = f"From: rosa@library.example\nIn-Reply-To: <{id}@ala.example>\nContent-Type: message/rfc822\n\n{notice()}"
    text = "From: x@y.example\nContent-Type: text/plain\n\n> 550 5.1.1 <reader@library.example>: User unknown\n"

    assert take_in(client, letter, id) == take_in(client, text, id) == {"suppressed": 0}


@pytest.mark.parametrize(
    "line", ["Content-Type: message/rfc822\r\n\r\n", 'Content-Type: multipart/x; boundary="{n}"\r\n\r\n--{n}\r\n']
)
def test_a_notice_within_notices_without_end_is_refused(client: WebClient, line: str) -> None:
    content = "".join(line.replace("{n}", str(number)) for number in range(3000))

    answer = client.post(BOUNCES, data=content, content_type="message/rfc822")

    assert answer.status_code == 422


@pytest.mark.parametrize("seed", range(5))
def test_a_notice_that_was_mangled_on_its_way_is_no_failure_of_ours(seed: int) -> None:
    chosen = random.Random(seed)
    for _ in range(100):
        content = bytearray(notice(block(), block(action="delayed"), returned=chosen.choice(RETURNED)).encode())
        for _ in range(chosen.randrange(1, 15)):
            begin = chosen.randrange(len(content))
            content[begin : begin + chosen.randrange(20)] = chosen.randbytes(chosen.randrange(8))
        parse_delivery_report(bytes(content))


def test_a_mail_that_was_never_handed_over_has_not_come_back(desk: Desk, client: WebClient) -> None:
    id, _ = mailed(desk)
    desk.conn.execute("UPDATE messages SET state = 'queued', sent_at = NULL")

    assert take_in(client, notice(), id)["suppressed"] == 0


def test_who_was_erased_is_not_known_by_their_mail_any_more(desk: Desk, client: WebClient) -> None:
    id, person = mailed(desk)
    erasure = participation.Erasure(id=person.id, revision=1, person=person)
    desk.receive(participation.PersonErased(erasure=erasure))

    assert take_in(client, notice(), id)["suppressed"] == 0
    assert suppressed(client) == []


@pytest.mark.parametrize(("days", "suppressed"), [(80, 1), (91, 0)])
def test_an_id_of_the_release_before_which_can_be_guessed_counts_for_ninety_days(
    desk: Desk, client: WebClient, days: int, suppressed: int
) -> None:
    mailed(desk)
    sql = """
        UPDATE messages
           SET id = md5(kind || ' ' || subject || ' ' || cause)::uuid, sent_at = now() - %s * interval '1 day'
        RETURNING id
    """
    [row] = desk.conn.execute(sql, [days]).fetchall()

    assert take_in(client, notice(), row[0])["suppressed"] == suppressed


@pytest.mark.parametrize("kind", ["bounce", "complaint"])
def test_a_provider_that_names_a_message_is_held_to_it(desk: Desk, client: WebClient, kind: str) -> None:
    id, _ = mailed(desk)
    other, _ = mailed(desk, "mallory@library.example")

    def tell(message: UUID) -> dict[str, Any]:
        told = {"email": READER, "kind": kind, "message_id": str(message)}
        return json_of(client.post(BOUNCES, json={"bounces": [told]}))

    wrong = tell(other)

    assert (wrong["suppressed"], len(wrong["ignored"])) == (0, 1)
    assert tell(id) == {"suppressed": 1}


def test_nobody_can_guess_the_id_of_a_message_from_ids_that_are_known(desk: Desk) -> None:
    id, _ = mailed(desk)

    sql = "SELECT id = md5(kind || ' ' || subject || ' ' || cause)::uuid FROM messages WHERE id = %s"
    [row] = desk.conn.execute(sql, [id]).fetchall()

    assert row == (False,)
