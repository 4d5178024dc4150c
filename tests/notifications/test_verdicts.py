"""A refusal is classified by the enhanced code after the reply code, else by its words; never by other digits."""

import random
import re
import secrets

import pytest

from services.notifications.bounces.verdicts import judge, read_reply
from tests.notifications.replies import REPLIES

pytestmark = pytest.mark.covers("ASVS 2.2.1")
AFTER_CODES = re.compile(r"\d{3}[ -](?:#?\d\.\d{1,3}\.\d{1,3}(?= |$))?")


@pytest.mark.parametrize(("verdict", "reply"), REPLIES)
def test_a_refusal_says_what_it_says(verdict: str, reply: str) -> None:
    assert judge(reply) == verdict


def noise(chosen: random.Random) -> str:
    """Return text that mail servers put into replies and that says nothing about the recipient."""
    return chosen.choice(
        [
            ".".join(str(chosen.randrange(256)) for _ in range(4)),
            chosen.choice(["10.5.1.1", "[45.1.2.10]", "205.1.1.6", "5.1.1.25", "[5.1.1.1]", "5.1.10.3"]),
            f"ticket-5.1.{chosen.choice([1, 2, 3, 6, 10])}",
            f"({chosen.choice(['5.1.1', '5.1.6', '4.2.2', '5.7.1'])})",
            f"{chosen.randrange(24):02}:{chosen.randrange(60):02}:{chosen.randrange(60):02}",
            f"2026-12-0{chosen.randrange(1, 10)}T05:01:01.{chosen.randrange(1000)}Z",
            secrets.token_hex(8) + "1",
            f"[{secrets.token_hex(4)}7.prod.outlook.example]",
            f"<user.unknown{chosen.randrange(9)}@mailbox-full.example>",
            "relaying.denied@blocked.example",
            "https://mx.example/no-such-user?p=5.1.1",
            "mx1.no-such-user.example",
        ]
    )


@pytest.mark.parametrize("seed", range(20))
def test_addresses_times_and_ids_within_the_words_never_change_what_it_says(seed: int) -> None:
    chosen = random.Random(seed)
    for verdict, reply in REPLIES:
        lines = reply.split("\n")
        which = chosen.randrange(len(lines))
        codes = AFTER_CODES.match(lines[which])
        begin = codes.end() if codes else len(lines[which])
        spaces = [found.start() for found in re.finditer(r" |$", lines[which]) if found.start() >= begin]
        place = chosen.choice(spaces)
        lines[which] = f"{lines[which][:place]} {noise(chosen)}{lines[which][place:]}"
        assert judge("\n".join(lines)) == verdict, lines


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("550 5.1.1 x", "5.1.1"),
        ("550-5.1.1 x", "5.1.1"),
        ("550-5.1.1 x\n550 5.1.1 y", "5.1.1"),
        ("550 x\n5.1.1 y", "5.1.1"),  # as `550-x` and `550 5.1.1 y` are reported by smtplib
        ("550 x\n5.1.1.6 y", None),
        ("550 #5.1.1 x", "5.1.1"),
        ("550  (#5.1.1) x", "5.1.1"),
        ("550 <5.1.1>", "5.1.1"),
        ("550 5.1.1: x", "5.1.1"),
        ("550 5.1.10", "5.1.10"),
        ("550 5.1.1.6 is blocked", None),
        ("550 x 5.1.1", None),
        ("550 [10.5.1.1]", None),
        ("550 15.1.1", None),
        ("550 5.1.1234", None),
        ("550 3.1.1 x", None),
        ("x 550 5.1.1", None),
        ("550-5.1.1 x\n550 5.7.1 y", None),
        ("", None),
    ],
)
def test_an_enhanced_code_is_what_follows_the_reply_code(said: str, code: str | None) -> None:
    assert read_reply(said).enhanced == code


@pytest.mark.parametrize(
    ("said", "status", "verdict"),
    [
        ("550 5.1.1 no such user", "5.0.0", "hard"),
        ("552 5.2.2 Over quota", "5.1.1", "soft"),
        ("550 5.7.1 IP address blocklisted by recipient", "5.1.1", "policy"),
        ("550 Rejected because 192.0.2.25 is in a block list", "5.1.1", "policy"),
        ("550 no", "5.1.1", "hard"),
        ("", "5.1.1 (bad mailbox, 5.7.1)", "hard"),
        ("", "5.0.0 (5.1.1)", "unknown"),
        ("connect to mx.library.example[192.0.2.80]:25: Connection timed out", "4.4.1", "soft"),
        ("Host or domain name not found. Host not found", "5.4.4", "hard"),
        ("No such domain.", "5.0.0", "hard"),
        ("550 5.1.1 Relaying denied", "5.1.1", "policy"),
    ],
)
def test_what_the_server_said_counts_more_than_the_status_of_a_report(said: str, status: str, verdict: str) -> None:
    assert judge(said, status=status) == verdict


def test_a_reply_of_any_length_and_kind_is_read_in_time() -> None:
    for said in ("550 " + "a " * 250, "550 " + "user not " * 60, "550 5." + "1." * 200, "\0\xff", "550 " + "é" * 400):
        judge(said)


@pytest.mark.parametrize(
    "said",
    [
        "550 5.7.1 The message to this user was deleted as spam",
        "550 mailbox rejected message with invalid attachments",
        "554 5.7.1 recipient does not want mail from your server",
        "550 5.7.1 account of the sender is closed",
        "550 message to user deleted: virus found",
    ],
)
def test_words_of_a_mailbox_are_not_enough_to_suppress_it(said: str) -> None:
    assert judge(said) != "hard"
