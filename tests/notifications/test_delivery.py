"""Mails reach the server once, whatever the server, the line or another sender does."""

import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from services.notifications.delivery import queries
from services.notifications.delivery.jobs import MailSender
from services.notifications.delivery.queries import Claim
from services.notifications.formats.smtp_urls import parse_server
from shared import runtime
from shared.events.catalog import SessionPublished
from shared.work_queue import register_worker
from tests.notifications.mails import message_ids
from tests.notifications.post_office import PostOffice
from tests.notifications.samples import a_person, a_registration, a_session, cancelled, confirmed, next_of, when
from tests.notifications.sink import Sink


def register(post: PostOffice, count: int = 1) -> None:
    """So many people get a seat."""
    session = a_session()
    people = [a_person(email=f"person{n}@library.example") for n in range(count)]
    registrations = [a_registration(session, person=person) for person in people]
    post.receive(SessionPublished(session=session), *[confirmed(registration) for registration in registrations])


def test_a_due_mail_is_sent_and_its_row_says_so(post: PostOffice, sink: Sink) -> None:
    register(post)

    assert post.send() == 1

    row = post.row()
    assert (row["state"], row["attempts"], row["reply"]) == ("sent", 1, "250 accepted")
    assert message_ids(sink.mails) == [row["id"]]
    assert sink.accepted[0].rcpt_tos == [row["recipient"]] == ["person0@library.example"]
    assert sink.accepted[0].mail_from == "learning@ala.example"


def test_one_connection_serves_many_mails(post: PostOffice, sink: Sink) -> None:
    register(post, 60)
    sender = post.sender()

    assert post.send(sender) + post.send(sender) == 60

    assert (len(sink.accepted), sink.connections) == (60, 1)


def test_a_mail_that_is_refused_for_now_is_tried_again_later(post: PostOffice, sink: Sink) -> None:
    register(post)
    sink.rcpt_answers.append("451 come again")
    sender = post.sender()

    post.send(sender)
    waiting = post.row()
    with runtime.use(post.runtime):
        assert sender.send_due() == 0  # not before its time
    post.send(sender)

    assert (waiting["state"], waiting["attempts"], waiting["reply"]) == ("retry", 1, "451 come again")
    assert waiting["next_attempt_at"] > waiting["queued_at"]
    assert (post.row()["state"], post.row()["attempts"]) == ("sent", 2)


def test_after_two_days_of_refusals_a_mail_has_failed(post: PostOffice, sink: Sink) -> None:
    register(post)
    post.conn.execute("UPDATE messages SET queued_at = now() - interval '49 hours'")
    sink.answers.append("450 still not")

    post.send()

    assert (post.row()["state"], post.row()["reply"]) == ("failed", "450 still not")


@pytest.mark.parametrize("moment", ["rcpt_answers", "answers"])
def test_a_mail_that_is_refused_for_good_has_failed_and_others_go_on(post: PostOffice, sink: Sink, moment: str) -> None:
    register(post, 2)
    getattr(sink, moment).append("550 unknown here")

    post.send()

    first, second = post.rows()
    assert (first["state"], first["reply"]) == ("failed", "550 unknown here")
    assert second["state"] == "sent"


def test_a_server_that_refuses_us_costs_no_attempts_and_is_left_alone_for_a_while(post: PostOffice, sink: Sink) -> None:
    register(post, 3)
    sink.mail_answers.append("550 who are you?")
    sender = post.sender()

    assert post.send(sender) == 0
    assert post.states() == {"queued": 3}
    assert {row["attempts"] for row in post.rows()} == {0}
    assert post.send(sender) == 0  # it rests
    assert sink.connections == 1


def test_a_server_that_is_away_costs_no_attempts_and_the_waits_grow(post: PostOffice) -> None:
    register(post)
    away = PostOffice(type(post.settings)(**{**vars(post.settings), "smtp_url": "smtp://127.0.0.1:1"}))
    sender = away.sender()
    rests = []
    for _ in range(3):
        sender.rests_until = 0.0
        away.send(sender)
        rests.append(sender.disappointments)

    assert rests == [1, 2, 3]
    assert (post.row()["state"], post.row()["attempts"]) == ("queued", 0)
    away.close()


def test_a_line_lost_before_the_final_dot_sends_the_mail_again_and_once(post: PostOffice, sink: Sink) -> None:
    register(post)
    sink.lose_before_dot = 1
    sender = post.sender()

    post.send(sender)
    lost = post.row()
    post.send(sender)

    assert (lost["state"], lost["doubts"]) == ("retry", 0)
    assert post.row()["state"] == "sent"
    assert len(sink.accepted) == 1


def test_a_line_lost_after_the_final_dot_is_a_doubt_and_sends_the_same_mail_once_more(
    post: PostOffice, sink: Sink
) -> None:
    register(post)
    sink.lose_after_dot = 1
    sender = post.sender()

    post.send(sender)
    doubted = post.row()
    post.send(sender)

    assert (doubted["state"], doubted["doubts"]) == ("in_doubt", 1)
    assert (post.row()["state"], post.row()["doubts"]) == ("sent", 1)
    first, second = sink.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]
    assert (first["X-Convene-Again"], second["X-Convene-Again"]) == (None, "yes")


def test_a_mail_that_is_in_doubt_twice_waits_for_staff(post: PostOffice, sink: Sink) -> None:
    register(post)
    sink.lose_after_dot = 2
    sender = post.sender()

    for _ in range(3):
        post.send(sender)

    assert (post.row()["state"], post.row()["doubts"]) == ("in_doubt", 2)
    assert len(sink.accepted) == 2


def test_two_senders_claim_different_mails(post: PostOffice) -> None:
    register(post, 10)
    with psycopg.connect(post.settings.database_url, autocommit=True) as other:
        mine = queries.claim(post.conn, number=1, lease=60, limit=6, letters=6)
        others = queries.claim(other, number=2, lease=60, limit=6, letters=6)

    assert (len(mine), len(others)) == (6, 4)
    assert not set(mine) & set(others)


def test_several_senders_at_once_send_every_mail_once(post: PostOffice, sink: Sink) -> None:
    register(post, 120)

    def work(sender: MailSender) -> None:
        with runtime.use(post.runtime):
            while sender.send_due():
                pass

    threads = [threading.Thread(target=work, args=(post.sender(),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert post.states() == {"sent": 120}
    assert len(sink.accepted) == len(set(message_ids(sink.mails))) == 120


def test_what_a_lost_sender_had_claimed_is_taken_over_at_once(post: PostOffice, sink: Sink) -> None:
    register(post)
    lost = psycopg.connect(post.settings.database_url, autocommit=True)
    assert register_worker(lost, 7)
    queries.claim(lost, number=7, lease=60, limit=5, letters=5)
    assert post.send() == 0  # it lives

    lost.close()
    post.send()

    assert (post.row()["state"], post.row()["doubts"]) == ("sent", 0)
    assert len(sink.accepted) == 1


def test_a_claim_whose_lease_ran_out_is_void_though_its_sender_lives(post: PostOffice) -> None:
    register(post)
    with psycopg.connect(post.settings.database_url, autocommit=True) as hung:
        register_worker(hung, 7)
        [id] = queries.claim(hung, number=7, lease=-1, limit=5, letters=5)
        post.send()

        assert post.row()["state"] == "sent"
        assert not queries.mark_handing_over(hung, [Claim(id, 1, "x@example.org")], lease=60)  # it sends no dot


def test_what_a_lost_sender_was_handing_over_is_in_doubt_and_sent_once_more(post: PostOffice, sink: Sink) -> None:
    register(post)
    with psycopg.connect(post.settings.database_url, autocommit=True) as lost:
        register_worker(lost, 7)
        [id] = queries.claim(lost, number=7, lease=60, limit=5, letters=5)
        assert queries.mark_handing_over(lost, [Claim(id, 1, "person0@library.example")], lease=60)

    post.send()

    assert (post.row()["state"], post.row()["doubts"], post.row()["attempts"]) == ("sent", 1, 2)
    assert [mail["X-Convene-Again"] for mail in sink.mails] == ["yes"]


def test_a_mail_that_a_later_event_overtook_is_not_sent(post: PostOffice, sink: Sink) -> None:
    session = a_session(when=when(datetime.now(UTC) + timedelta(days=30)))
    registration = a_registration(session, status="waitlisted", position=3)
    from shared.events.registration import RegistrationPromoted, RegistrationWaitlisted

    post.receive(
        SessionPublished(session=session),
        RegistrationWaitlisted(registration=registration),
        RegistrationPromoted(registration=next_of(registration, "confirmed")),
    )
    post.send()

    waiting, promoted = post.rows()
    assert (waiting["state"], waiting["reason"]) == ("superseded", "overtaken by registration-promoted")
    assert promoted["state"] == "sent"
    assert [mail["Subject"] for mail in sink.mails] == ["You have a seat: World Café"]


def test_a_confirmation_is_not_sent_after_its_cancellation(post: PostOffice, sink: Sink) -> None:
    session = a_session()
    registration = a_registration(session)
    post.receive(SessionPublished(session=session), confirmed(registration), cancelled(registration))

    post.send()

    assert [row["state"] for row in post.rows()] == ["superseded", "sent"]
    assert [mail["Subject"] for mail in sink.mails] == ["Your registration is canceled: World Café"]


def test_a_mail_that_cannot_be_sent_safely_fails_and_others_go_on(post: PostOffice, sink: Sink) -> None:
    session = a_session()
    hostile = a_person(email="a@x.org>\r\nRCPT TO:<b@y.org")
    post.receive(
        SessionPublished(session=session),
        confirmed(a_registration(session, person=hostile)),
        confirmed(a_registration(session)),
    )

    post.send()

    assert [row["state"] for row in post.rows()] == ["failed", "sent"]
    assert [envelope.rcpt_tos for envelope in sink.accepted] == [["ann@library.example"]]


@pytest.mark.parametrize("url", ["http://x", "smtp://", "mail.example", "smtp://user:password@host"])
def test_an_smtp_url_that_cannot_be_understood_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_server(url)
    assert url not in str(refusal.value)
