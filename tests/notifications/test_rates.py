"""So many mails a second go to a provider, and no mail that somebody waits for is held back for that."""

from dataclasses import replace
from itertools import pairwise

import pytest

from services.notifications.formats.send_rates import parse_rates
from shared import runtime
from shared.events import registration as participation
from tests.notifications.post_office import PostOffice
from tests.notifications.samples import a_sign_in
from tests.notifications.service import make_runtime
from tests.notifications.sink import Sink
from tests.waiting import eventually


def limit(post: PostOffice, rates: str) -> None:
    post.settings = replace(post.settings, mail_rates=rates)
    post.runtime = make_runtime(post.settings)


def recipients(sink: Sink) -> list[str]:
    return [envelope.rcpt_tos[0] for envelope in sink.accepted]


def test_mails_of_an_issue_go_at_the_pace_of_their_domain_and_others_do_not_wait(post: PostOffice, sink: Sink) -> None:
    slow, quick = [f"a{n}@slow.example" for n in range(5)], [f"a{n}@quick.example" for n in range(5)]
    post.subscribe(*slow, *quick)
    post.publish()
    limit(post, "slow.example=0.5")

    post.send()

    assert {*quick} <= {*recipients(sink)}
    assert recipients(sink)[:1] == slow[:1]
    places = [row["next_attempt_at"] for row in post.rows() if row["state"] == "queued"]
    assert [(after - before).total_seconds() for before, after in pairwise(places)] == [2, 2, 2]
    assert {row["attempts"] for row in post.rows() if row["state"] == "queued"} == {0}


def test_a_mail_goes_when_its_place_in_line_has_come(post: PostOffice, sink: Sink) -> None:
    post.subscribe(*[f"a{n}@slow.example" for n in range(3)])
    post.publish()
    limit(post, "slow.example=0.1")
    sender = post.sender()
    post.send(sender)
    assert len(sink.accepted) == 1

    post.conn.execute("UPDATE messages SET next_attempt_at = now() WHERE state = 'queued'")
    post.send(sender)

    assert len(sink.accepted) == 3


def test_a_single_mail_is_never_held_back_but_counts(post: PostOffice, sink: Sink) -> None:
    post.subscribe("a@slow.example", "b@slow.example", "c@other.example")
    post.publish()
    post.receive(participation.SignInRequested(sign_in=a_sign_in()), participation.SignInRequested(sign_in=a_sign_in()))
    limit(post, "*=0.1")
    sender = post.sender()

    post.send(sender)
    post.send(sender)

    assert recipients(sink) == ["ann@library.example"] * 2
    assert post.states() == {"sent": 2, "queued": 3}


def test_a_pace_that_allows_it_holds_nobody_back(post: PostOffice, sink: Sink) -> None:
    post.subscribe(*[f"a{n}@quick.example" for n in range(30)])
    post.publish()
    limit(post, "quick.example=10, *=50")
    sender = post.sender()

    def send() -> bool:
        with runtime.use(post.runtime):
            sender.send_due()
        return post.states() == {"sent": 30}

    eventually(send, seconds=20)


@pytest.mark.parametrize("wrong", ["gmail.com", "gmail.com=0", "gmail.com=x", "@=3"])
def test_a_rate_that_cannot_be_understood_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="MAIL_RATES"):
        parse_rates(wrong)
