"""Suppressions that were made by mistake are found by what was said, and lifted by an operator who looked."""

from typing import Any

import click
import orjson
import pytest
from click.testing import CliRunner

from services.notifications.bounces.cli import review_suppressions_command
from shared.events.catalog import SessionPublished
from tests.notifications.post_office import PostOffice
from tests.notifications.samples import a_person, a_registration, a_session, confirmed
from tests.notifications.service import make_runtime

# The stored reason of each suppression, and why it is doubtful.
KEPT = [
    ("550 5.7.1 Relaying denied for [10.5.1.10]", "the server refused us"),
    ("554 5.7.1 Service unavailable; Client host [45.1.2.10] blocked using bl.example", "the server refused us"),
    ("550 5.7.1 Refused, see ticket 5.1.6", "the server refused us"),
    ("5.1.1 smtp; 552 5.2.2 Over quota", "it may pass"),
    ("550 5.0.0 Failed (10.5.1.10)", "the server did not say why"),
    ("550 5.1.1 <reader@library.example>: User unknown", None),
    ("5.1.1 smtp; 550 5.1.1 no such user", None),
    ("5.1.1", None),
    ("HardBounce", None),  # by a provider
    ("", None),
]


def run(post: PostOffice, *arguments: str) -> list[dict[str, Any]]:
    command: click.Command = review_suppressions_command(lambda *_args, **_kwargs: make_runtime(post.settings))
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 0, done.output
    return orjson.loads(done.stdout)


@pytest.fixture
def emails(post: PostOffice) -> list[str]:
    """The suppressed addresses, one for each stored reason; all of them were emailed."""
    session = a_session()
    emails = [f"person{number}@library.example" for number, _ in enumerate(KEPT)]
    seats = [a_registration(session, person=a_person(email=email)) for email in emails]
    post.receive(SessionPublished(session=session), *[confirmed(seat) for seat in seats])
    for email, (detail, _) in zip(emails, KEPT, strict=True):
        sql = "INSERT INTO suppressions (email, reason, detail) VALUES (%s, 'bounce', %s)"
        post.conn.execute(sql, [email, detail])
    return emails


def test_those_that_are_in_doubt_are_listed_and_nothing_is_changed(post: PostOffice, emails: list[str]) -> None:
    found = run(post)

    expected = [(email, why) for email, (_, why) in zip(emails, KEPT, strict=True) if why]
    assert [(one["email"], one["why"]) for one in found] == expected
    assert not any(one["lifted"] for one in found)
    assert post.conn.execute("SELECT count(*) FROM suppressions").fetchall() == [(len(KEPT),)]


def test_those_that_are_listed_are_lifted_where_it_is_said_so(post: PostOffice, emails: list[str]) -> None:
    lifted = run(post, "--yes", "--as", "ada")

    left = [row[0] for row in post.conn.execute("SELECT email FROM suppressions ORDER BY position")]
    assert left == [email for email, (_, why) in zip(emails, KEPT, strict=True) if not why]
    noted = post.conn.execute("SELECT actor, action FROM audit_log").fetchall()
    assert noted == [("operator ada", "suppression.lift")] * len(lifted)
    assert run(post) == []


def test_a_notice_about_somebody_to_whom_no_mail_was_ever_due_is_doubted(post: PostOffice) -> None:
    for reason, detail in (("bounce", "5.1.1 smtp; 550 5.1.1 No such user"), ("staff", ""), ("complaint", "")):
        sql = "INSERT INTO suppressions (email, reason, detail) VALUES (%s, %s, %s)"
        post.conn.execute(sql, [f"{reason}@library.example", reason, detail])

    [found] = run(post)

    assert (found["email"], found["why"]) == ("bounce@library.example", "no mail to this address was ever due")
