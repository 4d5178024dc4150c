"""After a restore no mail goes out twice that the mail server says it took, and none unasked that it may have."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click
import orjson
import psycopg
import pytest
from click.testing import CliRunner, Result

from services.notifications.restorations.cli import settle_mails_command
from shared import runtime
from shared.cli import runner
from shared.cli.restorations import restored_command
from shared.events.catalog import SessionPublished
from shared.events.registration import RegistrationConfirmed
from tests.notifications.mails import message_ids
from tests.notifications.post_office import PostOffice
from tests.notifications.samples import a_person, a_registration, a_session, arrived, confirmed
from tests.notifications.service import handle, make_runtime, make_settings
from tests.notifications.sink import Sink
from tests.servers import databases
from tests.servers.engines import Engines

SESSION = a_session()


class AtTheDoor:
    """A command as it is run by `python -m services.notifications`."""

    def __init__(self, command: click.Command) -> None:
        self.command, self.name = command, command.name

    def main(self, args: tuple[str, ...], **_: Any) -> None:
        runner.run(self.command, list(args))


class Restored:
    """Two mails wait when the backup is made. Then a third is caused, and all are sent, before the system ends."""

    def __init__(self, before: PostOffice, copy: Callable[[], PostOffice]) -> None:
        before.receive(SessionPublished(session=SESSION), a_confirmation("one"), a_confirmation("two"))
        self.office = copy()
        self.moment = datetime.now(UTC)
        self.later = arrived(a_confirmation("three"))
        with runtime.use(before.runtime), before.conn.transaction():
            handle(before.conn, self.later)
        before.send()

    def replay(self) -> None:
        """The publisher says again what it said before the system ended."""
        with runtime.use(self.office.runtime), self.office.conn.transaction():
            handle(self.office.conn, self.later)

    def note(self, at: str = "") -> Result:
        return self._run(
            lambda start: restored_command(start, needs_settling=True), "--at", at or self.moment.isoformat()
        )

    def settle(self, *arguments: str, sent: str = "") -> Result:
        return self._run(settle_mails_command, *arguments, given=sent)

    def _run(self, command: Callable[[Any], click.Command], *arguments: str, given: str = "") -> Result:
        made = command(lambda *_args, **_kwargs: make_runtime(self.office.settings))
        return CliRunner().invoke(AtTheDoor(made), arguments, input=given)  # pyright: ignore[reportArgumentType]


def a_confirmation(name: str) -> RegistrationConfirmed:
    return confirmed(a_registration(SESSION, person=a_person(email=f"{name}@library.example")))


@pytest.fixture
def case(post: PostOffice, engines: Engines, fresh_database: str) -> Iterator[Restored]:
    """Everything that was sent before the restore is in the sink; nothing was sent since."""
    name = f"{fresh_database}_restored"
    offices: list[PostOffice] = []

    def copy() -> PostOffice:
        post.conn.close()
        with psycopg.connect(engines.database_url("postgres", "postgres"), autocommit=True) as conn:
            conn.execute(f'CREATE DATABASE "{name}" TEMPLATE "{fresh_database}"'.encode())
            conn.execute(f'GRANT CONNECT ON DATABASE "{name}" TO notifications'.encode())
            conn.execute(f'ALTER ROLE notifications IN DATABASE "{name}" SET search_path = notifications'.encode())
        post.conn = psycopg.connect(post.settings.database_url, autocommit=True)
        url = engines.database_url(name, "notifications")
        offices.append(PostOffice(make_settings(engines, url, smtp_url=post.settings.smtp_url)))
        return offices[0]

    yield Restored(post, copy)
    offices[0].close()
    databases.drop(engines, name)


def ids(sink: Sink) -> list[UUID]:
    return message_ids(sink.mails)


def test_a_mail_that_is_caused_anew_has_the_message_id_that_it_had(case: Restored, sink: Sink) -> None:
    case.replay()

    assert sorted(row["id"] for row in case.office.rows()) == sorted(ids(sink))


@pytest.mark.promise("P24")
def test_what_the_mail_server_says_that_it_took_is_not_sent_again_and_the_rest_is_held(
    case: Restored, sink: Sink
) -> None:
    sent = ids(sink)
    case.note()
    case.replay()
    assert case.office.send() == 0, "sent before it was settled"

    told = case.settle("--sent", "-", sent=f"<{sent[0]}@ala.example>\nMessage-ID: <{sent[2]}@ala.example>\n")

    assert told.exit_code == 0, told.output
    answer = orjson.loads(told.output)
    assert (answer["known_sent"], answer["held"], answer["going_out"]) == (2, 1, 0)
    assert answer["held_mails"] == [str(sent[1])]
    assert case.office.send() == 0
    assert ids(sink) == sent
    assert case.office.states() == {"sent": 2, "in_doubt": 1}


def test_without_evidence_all_are_held_and_told(case: Restored, sink: Sink) -> None:
    case.note()
    case.replay()

    answer = orjson.loads(case.settle().output)

    assert (answer["known_sent"], answer["held"], answer["held_by_kind"]) == (0, 3, {"registration-confirmed": 3})
    assert case.office.send() == 0
    assert len(sink.mails) == 3


def test_where_the_evidence_is_complete_the_rest_goes_out(case: Restored, sink: Sink) -> None:
    sent = ids(sink)
    case.note()
    case.replay()

    answer = orjson.loads(case.settle("--sent", "-", "--send-rest", sent=f"{sent[0]}\n{sent[1]}").output)

    assert (answer["known_sent"], answer["held"], answer["going_out"]) == (2, 0, 1)
    case.office.send()
    assert ids(sink) == [*sent, sent[2]]


def test_mails_that_are_caused_after_the_restore_go_out_at_once(case: Restored, sink: Sink) -> None:
    case.note()
    fresh = a_confirmation("four")
    event, envelope = arrived(fresh)
    with runtime.use(case.office.runtime), case.office.conn.transaction():
        handle(case.office.conn, (event, replace(envelope, time=datetime.now(UTC))))
    case.office.send()

    assert sink.accepted[-1].rcpt_tos == ["four@library.example"]
    assert len(sink.mails) == 4


def test_saying_it_twice_does_it_once(case: Restored) -> None:
    first, second = orjson.loads(case.note().output), orjson.loads(case.note().output)
    case.settle()

    assert (first["noted_before"], second["noted_before"]) == (False, True)
    assert first["revisions_from"] == second["revisions_from"]
    assert orjson.loads(case.settle().output) == {
        "settled": False,
        "known_sent": 0,
        "held": 0,
        "going_out": 0,
        "held_mails": [],
    }


def test_it_is_not_settled_while_events_may_still_make_mails_due(case: Restored) -> None:
    case.note()
    with runtime.use(case.office.runtime):
        case.office.conn.execute(
            "INSERT INTO inbox (source, event_id, type, aggregate, subject, sequence, lane, document, digest)"
            " VALUES ('registration', 'x', 'registration.registration.confirmed', 'registration', 'x', 1, 1, '{}', '')"
        )

    refused = case.settle()

    assert refused.exit_code == 1
    assert "still to be worked off" in refused.output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--send-rest"], 2), (["--sent", "-"], 2)],
    ids=["nothing that could be the rest of", "lines that name no mail"],
)
def test_what_cannot_be_meant_is_refused(case: Restored, arguments: list[str], code: int) -> None:
    case.note()

    assert case.settle(*arguments, sent="everything, I believe").exit_code == code
    assert case.office.states() == {"queued": 2}


@pytest.mark.parametrize(("at", "code"), [("2999-01-01T00:00:00Z", 1), ("yesterday", 2), ("2026-01-01T00:00:00", 2)])
def test_a_moment_that_cannot_be_the_one_is_refused(case: Restored, at: str, code: int) -> None:
    assert case.note(at).exit_code == code


def test_an_engine_that_is_away_is_told_by_the_exit_code(case: Restored, engines: Engines) -> None:
    case.office.settings = make_settings(engines, "postgresql://nobody@127.0.0.1:1/none")

    assert case.settle().exit_code == 3
