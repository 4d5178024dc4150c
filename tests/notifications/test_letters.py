"""Mails of an issue reach the server once each, whatever happens, and let single mails go first."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from services.notifications.delivery.batch_sender import BATCH_SIZE
from shared.events import registration as participation
from tests.notifications.desk import Desk
from tests.notifications.mails import message_ids
from tests.notifications.post_office import PostOffice
from tests.notifications.samples import a_sign_in
from tests.notifications.sink import Sink
from tests.processes import Process
from tests.waiting import eventually
from tests.web_client import WebClient

READERS = [f"reader{number}@library.example" for number in range(3 * BATCH_SIZE + 1)]


def recipients(sink: Sink) -> list[str]:
    return [envelope.rcpt_tos[0] for envelope in sink.accepted]


def test_each_reader_gets_an_issue_once_over_one_connection(post: PostOffice, sink: Sink) -> None:
    post.subscribe(*READERS)
    post.publish()

    assert post.send() == len(READERS)

    assert sorted(recipients(sink)) == sorted(READERS)
    assert sink.connections == 1
    assert post.states() == {"sent": len(READERS)}
    assert {(row["attempts"], row["reply"]) for row in post.rows()} == {(1, "250 accepted")}
    assert {*message_ids(sink.mails)} == {row["id"] for row in post.rows()}


def test_single_mails_go_first_however_many_of_an_issue_wait(post: PostOffice, sink: Sink) -> None:
    post.subscribe(*READERS)
    post.publish()
    post.receive(participation.SignInRequested(sign_in=a_sign_in()))
    sender = post.sender()

    assert post.send(sender) == 1
    assert recipients(sink) == ["ann@library.example"]
    post.send(sender)
    assert len(sink.accepted) == len(READERS) + 1


def test_what_goes_wrong_with_one_mail_of_an_issue_is_its_own(post: PostOffice, sink: Sink) -> None:
    post.subscribe(*READERS)
    post.publish()
    sink.rcpt_answers.extend(["250 OK", "550 5.1.1 no such user", "450 later"])
    sink.answers.append("554 no")
    sender = post.sender()

    post.send(sender)

    assert post.states() == {"sent": len(READERS) - 3, "failed": 2, "retry": 1}
    assert [row[0] for row in post.conn.execute("SELECT reason FROM suppressions")] == ["bounce"]
    post.send(sender)
    assert post.states() == {"sent": len(READERS) - 2, "failed": 2}


@pytest.mark.parametrize("lost", ["before", "after"])
def test_a_line_that_breaks_leaves_one_mail_of_an_issue_undone(post: PostOffice, sink: Sink, lost: str) -> None:
    post.subscribe(*READERS)
    post.publish()
    sink.lose_before_dot = lost == "before"
    sink.lose_after_dot = lost == "after"

    post.send()

    undone = "retry" if lost == "before" else "in_doubt"
    assert post.states() == {"sent": len(READERS) - 1, undone: 1}
    post.send()
    assert post.states() == ({"sent": len(READERS)} if lost == "before" else {"sent": len(READERS) - 1, undone: 1})
    assert sorted(recipients(sink)) == sorted(READERS)


def test_a_server_that_refuses_us_costs_no_mail_of_an_issue_an_attempt(post: PostOffice, sink: Sink) -> None:
    post.subscribe(*READERS)
    post.publish()
    sink.mail_answers.extend(["250 OK", "550 we do not know you"])

    post.send()

    assert post.states() == {"sent": 1, "queued": len(READERS) - 1}
    assert [row["attempts"] for row in post.rows()].count(0) == len(READERS) - 1
    post.send()
    assert post.states() == {"sent": len(READERS)}


def test_a_paused_issue_is_not_sent(post: PostOffice, sink: Sink) -> None:
    post.subscribe(*READERS)
    post.publish()
    post.conn.execute("UPDATE newsletters SET state = 'paused'")

    assert post.send() == 0
    assert sink.accepted == []


def test_staff_send_a_mail_again_under_its_own_id(desk: Desk, client: WebClient) -> None:
    desk.receive(participation.SignInRequested(sign_in=a_sign_in()))
    [row] = desk.rows()
    where = f"/notifications/v1/messages/{row['id']}/resend"
    assert client.post(where).status_code == 409  # it waits anyway
    desk.conn.execute("UPDATE messages SET state = 'sent', sent_at = now()")

    assert (client.post(where).status_code, client.post(where).status_code) == (202, 409)

    [mail] = desk.mails()
    assert message_ids([mail]) == [row["id"]]
    assert mail["X-Convene-Again"] == "yes"
    assert client.post(where.replace(str(row["id"]), "00000000-0000-0000-0000-000000000000")).status_code == 404


def subscribe(conn: psycopg.Connection[Any], readers: list[str] = READERS) -> None:
    sql = """
        INSERT INTO subscriptions (email, name, library_types, topics, digest, confirmed_at)
        SELECT email, '', '{}', '{}', false, now() FROM unnest(%s::text[]) AS email
    """
    conn.execute(sql, [readers])
    conn.execute(
        "INSERT INTO newsletters (slug, subject, preheader, body, library_types, topics, archived, state, send_at)"
        " VALUES ('one', 'Free training', '', 'Come.', '{}', '{}', true, 'scheduled', now())"
    )


@pytest.mark.promise("P9")
@pytest.mark.parametrize("point", ["mail.before_dot:27", "mail.after_reply:27"])
def test_a_worker_that_is_killed_within_an_issue_skips_nobody_and_holds_what_is_in_doubt(
    environment: dict[str, str], worker: Callable[[], Process], sink: Sink, point: str
) -> None:
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as conn:
        subscribe(conn)
        assert worker().start(FAILPOINT=f"{point}=kill").wait_dead() == -9
        worker().start()

        def states() -> dict[str, int]:
            return dict(conn.execute("SELECT state, count(*) FROM messages GROUP BY state").fetchall())

        eventually(lambda: states().keys() == {"sent", "in_doubt"}, seconds=30)
        doubtful = states()["in_doubt"]
        held = conn.execute("SELECT recipient FROM messages WHERE state = 'in_doubt'").fetchall()

    assert 0 < doubtful <= 2 * BATCH_SIZE
    got = recipients(sink)
    assert len(got) == len(set(got))  # nobody gets it twice unasked
    assert {*READERS} - {*got} <= {row[0] for row in held}


@pytest.mark.promise("P9")
def test_a_worker_that_is_killed_again_and_again_within_an_issue_skips_nobody(
    environment: dict[str, str], worker: Callable[[], Process], sink: Sink
) -> None:
    readers = [f"reader{number}@library.example" for number in range(1500)]
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as conn:
        subscribe(conn, readers)
        for kill in range(8):
            process = worker().start()
            eventually(lambda kill=kill: len(sink.accepted) >= 150 * kill + 50, seconds=60)
            process.kill()
        worker().start()

        def states() -> dict[str, int]:
            return dict(conn.execute("SELECT state, count(*) FROM messages GROUP BY state").fetchall())

        eventually(lambda: states().keys() <= {"sent", "in_doubt"} and sum(states().values()) == 1500, seconds=90)
        held = {row[0] for row in conn.execute("SELECT recipient FROM messages WHERE state = 'in_doubt'")}

    got = recipients(sink)
    assert len(got) == len(set(got))  # what is in doubt waits for staff
    assert {*readers} - {*got} <= held
