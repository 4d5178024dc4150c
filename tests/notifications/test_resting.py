"""Refusals of us in a row let sending rest, and cost no mail an attempt; one fails alone; nobody is suppressed."""

import threading
from collections.abc import Callable
from typing import Any, LiteralString

import psycopg
import pytest

from services.notifications.mail_log.mail_metrics import measure_mails
from shared import runtime
from shared.events.catalog import SessionPublished
from shared.events.envelope import parse_envelope
from shared.messaging import inbox
from tests.notifications.mails import message_ids
from tests.notifications.post_office import PostOffice
from tests.notifications.replies import REPLIES
from tests.notifications.samples import a_person, a_registration, a_session, confirmed, encoded
from tests.notifications.sink import Sink
from tests.processes import Process
from tests.waiting import eventually

DENIED = "554 5.7.1 <{}>: Relay access denied"
REFUSALS = [
    "550 5.7.1 Relaying denied for [10.5.1.10]",
    "554 5.7.1 Client host [45.1.2.10] blocked",
    "554 5.7.1 Relay access denied",
    "504 5.5.2 Helo command rejected: need fully-qualified hostname",
    "553 5.7.1 Sender address rejected: not owned by user",
    "550 5.7.1 Client was not authenticated",
    "450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]",
]


class Refusing(Sink):
    """A mail server that refuses us at RCPT, or at the final dot, for these domains (None: all) until it is mended."""

    def __init__(self, answer: str = DENIED, *, at: str = "rcpt", domains: set[str] | None = None) -> None:
        super().__init__()
        self.answer, self.at, self.domains = answer, at, domains
        self.refused: list[str] = []

    def mend(self) -> None:
        self.at = "nowhere"

    def _refuses(self, at: str, address: str) -> str | None:
        if self.at != at or (self.domains is not None and address.rpartition("@")[2] not in self.domains):
            return None
        self.refused.append(address)
        return self.answer.format(address)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        return self._refuses("rcpt", address) or await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        return self._refuses("dot", envelope.rcpt_tos[0]) or await super().handle_DATA(server, session, envelope)


@pytest.fixture
def sink() -> Refusing:
    return Refusing()


def addresses(count: int, domains: int) -> list[str]:
    return [f"person{n}@library{n % domains}.example" for n in range(count)]


def register(post: PostOffice, emails: list[str]) -> None:
    session = a_session()
    seats = [a_registration(session, person=a_person(email=email)) for email in emails]
    post.receive(SessionPublished(session=session), *[confirmed(seat) for seat in seats])


def suppressed(post: PostOffice) -> int:
    [row] = post.conn.execute("SELECT count(*) FROM suppressions").fetchall()
    return row[0]


def probe(post: PostOffice) -> int:
    """Another sender's round, once it is time to try."""
    post.conn.execute("UPDATE mail_rests SET probe_at = now()")
    return post.send()


def resting(post: PostOffice) -> float:
    with runtime.use(post.runtime), post.conn.transaction():
        told = {metric.name: metric for metric in measure_mails(post.conn)}
    return told["mails_resting"].samples[0].value


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_server_that_refuses_us_whoever_the_mail_is_for_costs_nobody_anything(
    post: PostOffice, sink: Refusing, answer: str
) -> None:
    sink.answer = answer
    register(post, addresses(6, 3))

    post.send()

    assert set(post.states()) <= {"queued", "retry"}
    assert {row["attempts"] for row in post.rows()} == {0}
    assert len(sink.refused) == 3
    assert resting(post) == 1
    assert post.send() == 0  # and another sender rests too
    assert len(sink.refused) == 3
    probe(post)
    assert len(sink.refused) == 4  # it is tried with one mail, which costs that nothing either
    assert {row["attempts"] for row in post.rows()} == {0}

    sink.mend()
    probe(post)
    post.send()

    assert post.states() == {"sent": 6}
    assert {row["attempts"] for row in post.rows()} == {1}
    assert len(set(message_ids(sink.mails))) == len(sink.accepted) == 6
    assert (resting(post), suppressed(post)) == (0, 0)


def test_a_refusal_of_us_at_the_final_dot_is_one_too(post: PostOffice, sink: Refusing) -> None:
    sink.at, sink.answer = "dot", "554 5.7.1 Message blocked: your IP is on our block list"
    register(post, addresses(3, 3))

    post.send()

    assert post.states() == {"queued": 3}
    assert {(row["attempts"], row["doubts"]) for row in post.rows()} == {(0, 0)}
    sink.mend()
    probe(post)
    post.send()
    assert post.states() == {"sent": 3}


def test_a_single_refusal_of_us_fails_alone_with_its_reason_and_can_be_sent_again(
    post: PostOffice, sink: Refusing
) -> None:
    sink.domains = {"library1.example"}
    register(post, addresses(6, 3))

    post.send()

    failed = [row for row in post.rows() if row["state"] == "failed"]
    assert [row["recipient"] for row in failed] == ["person1@library1.example", "person4@library1.example"]
    assert failed[0]["reply"] == DENIED.format("person1@library1.example")
    assert failed[0]["reason"] == "the mail server refuses us, not the recipient"
    assert post.states() == {"sent": 4, "failed": 2}
    assert (resting(post), suppressed(post)) == (0, 0)


def test_refusals_for_one_domain_alone_are_no_reason_to_rest(post: PostOffice, sink: Refusing) -> None:
    register(post, addresses(5, 1))

    post.send()

    assert post.states() == {"failed": 5}
    assert resting(post) == 0


def test_refusals_with_a_mail_accepted_in_between_are_not_in_a_row(post: PostOffice, sink: Refusing) -> None:
    sink.domains = {"library0.example", "library1.example", "library3.example", "library4.example"}
    register(post, addresses(6, 6))

    post.send()

    assert post.states() == {"failed": 4, "sent": 2}
    assert resting(post) == 0


def test_how_many_domains_make_a_row_is_a_setting(post: PostOffice, sink: Refusing) -> None:
    post.runtime = runtime.Runtime(
        "notifications",
        type(post.settings)(**{**vars(post.settings), "refusing_domains": 2}),
        post.runtime.clock,
        post.runtime.database,
    )
    register(post, addresses(2, 2))

    post.send()

    assert post.states() == {"queued": 2}


def test_who_does_not_exist_neither_makes_a_row_nor_ends_it(post: PostOffice, sink: Refusing) -> None:
    register(post, addresses(4, 4))
    sink.rcpt_answers.append("550 5.1.1 User unknown")
    sink.domains = {"library1.example", "library2.example", "library3.example"}

    post.send()

    assert post.states() == {"failed": 1, "queued": 3}
    assert suppressed(post) == 1


def test_the_row_is_one_for_all_senders(post: PostOffice, sink: Refusing) -> None:
    register(post, addresses(2, 2))
    post.send()
    assert post.states() == {"failed": 2}
    register(post, ["another@elsewhere.example"])

    post.send()

    assert post.states() == {"queued": 3}


def test_a_mail_that_is_refused_by_itself_does_not_keep_the_others(post: PostOffice, sink: Refusing) -> None:
    register(post, addresses(3, 3))
    post.send()
    assert resting(post) == 1
    sink.domains = {"library0.example", "library1.example", "library2.example"}
    register(post, ["fresh@elsewhere.example"])

    probe(post)

    assert [envelope.rcpt_tos for envelope in sink.accepted] == [["fresh@elsewhere.example"]]
    assert resting(post) == 0


def test_who_is_refused_still_after_two_days_in_which_others_were_accepted_has_failed(
    post: PostOffice, sink: Refusing
) -> None:
    register(post, addresses(3, 3))
    post.send()
    register(post, ["fresh@elsewhere.example"])
    sink.domains = {"library0.example", "library1.example", "library2.example"}
    probe(post)
    post.conn.execute("UPDATE messages SET queued_at = queued_at - interval '49 hours'")

    post.send()

    assert post.states() == {"failed": 3, "sent": 1}
    assert resting(post) == 0


def test_a_mail_waits_as_long_as_the_server_refuses_us(post: PostOffice, sink: Refusing) -> None:
    register(post, addresses(3, 3))
    post.send()
    post.conn.execute("UPDATE messages SET queued_at = queued_at - interval '5 days'")
    for _ in range(7):
        probe(post)

    assert post.states() == {"queued": 3}
    assert len(sink.refused) == 3 + 7
    assert {address.partition("@")[0] for address in sink.refused[-3:]} == {"person0", "person1", "person2"}


def test_mails_of_an_issue_rest_too(post: PostOffice, sink: Refusing) -> None:
    readers = addresses(50, 5)
    post.subscribe(*readers)
    post.publish()

    post.send()

    assert post.states() == {"queued": 50}
    assert {row["attempts"] for row in post.rows()} == {0}
    probe(post)
    assert {row["attempts"] for row in post.rows()} == {0}
    sink.mend()
    probe(post)
    post.send()
    assert post.states() == {"sent": 50}
    assert sorted(envelope.rcpt_tos[0] for envelope in sink.accepted) == sorted(readers)


def test_mails_of_an_issue_that_were_accepted_in_between_end_the_row(post: PostOffice, sink: Refusing) -> None:
    sink.domains = {"library0.example", "library1.example", "library3.example"}
    post.subscribe(*addresses(40, 5))
    post.publish()

    post.send()

    assert post.states() == {"failed": 24, "sent": 16}
    assert resting(post) == 0


def test_the_pauses_grow(post: PostOffice, sink: Refusing) -> None:
    register(post, addresses(3, 3))
    post.send()
    pauses = []
    for _ in range(8):
        probe(post)
        sql = "SELECT extract(epoch FROM probe_at - clock_timestamp()) FROM mail_rests"
        pauses += [float(row[0]) for row in post.conn.execute(sql)]

    assert pauses[:5] == sorted(pauses[:5])
    assert 0 < pauses[0] <= 2
    assert all(30 < pause <= 60 for pause in pauses[5:])


def test_nothing_to_try_with_leaves_the_next_mail_to_be_tried_at_once(post: PostOffice, sink: Refusing) -> None:
    register(post, addresses(3, 3))
    post.send()
    post.conn.execute("UPDATE messages SET state = 'superseded', next_attempt_at = NULL")
    assert probe(post) == 0
    sink.mend()
    register(post, ["next@library.example"])

    post.send()

    assert post.states() == {"superseded": 3, "sent": 1}


@pytest.mark.covers("ASVS 2.3.1")
def test_no_refusal_of_us_suppresses_anybody(post: PostOffice, sink: Refusing) -> None:
    answers = [reply for verdict, reply in REPLIES if verdict == "policy" and "\n" not in reply and reply[0] in "45"]
    sink.at = "nowhere"
    register(post, addresses(len(answers), 1))
    sink.rcpt_answers.extend(answers)

    while post.send():
        pass

    assert suppressed(post) == 0


def test_several_senders_at_once_lose_no_attempt(post: PostOffice, sink: Refusing) -> None:
    register(post, addresses(60, 6))

    def work() -> None:
        with runtime.use(post.runtime):
            sender = post.sender()
            for _ in range(3):
                sender.send_due()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert post.states() == {"queued": 60}
    assert {row["attempts"] for row in post.rows()} == {0}
    sink.mend()
    probe(post)
    while post.send():
        pass
    assert post.states() == {"sent": 60}


@pytest.mark.parametrize("point", [None, "mail.after_refusal:2", "mail.after_claim:2"])
def test_workers_rest_and_go_on_by_themselves_though_one_is_killed(
    environment: dict[str, str], worker: Callable[[], Process], sink: Refusing, point: str | None
) -> None:
    session = a_session()
    people = [a_person(email=email) for email in addresses(12, 4)]
    events = [SessionPublished(session=session), *[confirmed(a_registration(session, person=one)) for one in people]]
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as conn:
        inbox.insert(conn, [inbox.IncomingEvent(*parse_envelope(encoded(event))) for event in events])
        dying = worker().start(**({"FAILPOINT": f"{point}=kill"} if point else {}))
        if point:
            assert dying.wait_dead() == -9
            worker().start()
        worker().start()

        def told(sql: LiteralString) -> list[tuple[Any, ...]]:
            return conn.execute(sql).fetchall()

        eventually(lambda: told("SELECT FROM mail_rests WHERE probes > 1"), seconds=60)
        sink.mend()
        eventually(lambda: told("SELECT state, count(*) FROM messages GROUP BY state") == [("sent", 12)], seconds=60)

        assert told("SELECT count(*) FROM suppressions") == [(0,)]
        assert told("SELECT DISTINCT doubts FROM messages") == [(0,)]
    assert len(sink.accepted) == len(set(message_ids(sink.mails))) == 12
