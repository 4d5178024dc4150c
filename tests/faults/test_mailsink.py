"""The mail sink does what it is told, and its record says what the sender cannot know."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.notifications.delivery.smtp_transport import ConnectionLost, MailRefused, ServerUnavailable, Transport
from services.notifications.settings import NotificationsSettings
from tests.faults.mailsink import MailSink, Moment, Stage
from tests.waiting import eventually

CONTENT = b"Message-ID: <%d@ala.example>\r\nSubject: Number %d\r\n\r\nHello\r\n"


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with MailSink() as sink:
        yield sink


@pytest.fixture
def send(sink: MailSink) -> Iterator[Callable[[int], str]]:
    """Sends the mail of a number as the worker does, over a line that it keeps; the reply to its final dot."""
    settings = NotificationsSettings(
        database_url="",
        broker_url="",
        public_url="",
        jwks="",
        smtp_url=sink.url,
        mail_from="a@ala.example",
        links_key_file=Path("none"),
    )
    transport = Transport(settings)

    def send(number: int) -> str:
        transport.make_ready()
        transport.hand_in("a@ala.example", f"reader{number}@library.example", CONTENT % (number, number))
        return transport.finish()

    yield send
    transport.close()


def test_what_is_accepted_is_recorded_in_order(sink: MailSink, send: Callable[[int], str]) -> None:
    replies = [send(1), send(2)]

    eventually(lambda: not sink.doubtful())  # it notes that it answered once it has
    first, second = sink.accepted()
    assert replies == ["250 accepted"] * 2
    assert (first.message_id, first.recipient, first.subject, first.answered) == (
        "<1@ala.example>",
        "reader1@library.example",
        "Number 1",
        True,
    )
    assert second.mail["Message-ID"] == "<2@ala.example>"
    assert first.at <= second.at


@pytest.mark.parametrize("permanent", [False, True])
@pytest.mark.parametrize("stage", ["rcpt", "data", "dot"])
def test_a_mail_is_refused_at_every_stage_until_the_sink_is_healed(
    sink: MailSink, send: Callable[[int], str], stage: Stage, permanent: bool
) -> None:
    (sink.permanent if permanent else sink.temporary)(stage)

    for number in (1, 2):
        with pytest.raises(MailRefused) as refused:
            send(number)
        assert refused.value.permanent == permanent

    assert not sink.accepted()
    assert not sink.doubtful()
    sink.heal()
    assert send(3) == "250 accepted"


def test_a_sender_is_refused(sink: MailSink, send: Callable[[int], str]) -> None:
    sink.temporary("mail")
    with pytest.raises(MailRefused):
        send(1)
    sink.permanent("mail")
    with pytest.raises(ServerUnavailable):
        send(1)


def test_a_fault_may_be_over_after_some_times(sink: MailSink, send: Callable[[int], str]) -> None:
    sink.temporary("rcpt", times=2)

    for _ in range(2):
        with pytest.raises(MailRefused):
            send(1)

    assert send(1) == "250 accepted"


def test_a_busy_sink_greets_nobody_and_ends_what_goes_on(sink: MailSink, send: Callable[[int], str]) -> None:
    send(1)
    sink.busy()

    with pytest.raises(MailRefused, match="421"):
        send(2)
    with pytest.raises(ServerUnavailable):
        send(2)

    sink.heal()
    assert send(2) == "250 accepted"
    assert len(sink.accepted()) == 2


@pytest.mark.parametrize(
    ("moment", "stored", "doubtful"),
    [("data", False, False), ("body", False, True), ("dot", False, True), ("stored", True, True)],
)
def test_a_dropped_line_leaves_a_doubt_from_the_body_on(
    sink: MailSink, send: Callable[[int], str], moment: Moment, stored: bool, doubtful: bool
) -> None:
    sink.drop(moment, times=1)

    with pytest.raises(ConnectionLost):
        send(1)

    assert [mail.message_id for mail in sink.accepted()] == ["<1@ala.example>"] * stored
    assert [(mail.message_id, mail.stored) for mail in sink.doubtful()] == [("<1@ala.example>", stored)] * doubtful
    assert send(2) == "250 accepted"


def test_a_slow_sink_takes_its_time_for_every_reply(sink: MailSink, send: Callable[[int], str]) -> None:
    sink.slow(0.1)
    began = time.monotonic()

    assert send(1) == "250 accepted"

    assert time.monotonic() - began >= 0.6  # greeting, EHLO, MAIL, RCPT, DATA and the dot


def test_healing_ends_a_slow_reply(sink: MailSink, send: Callable[[int], str]) -> None:
    sink.slow(60)
    healing = threading.Timer(0.5, sink.heal)
    healing.start()

    assert send(1) == "250 accepted"

    healing.join()


def test_who_gives_up_waiting_for_a_slow_reply_is_in_doubt(
    sink: MailSink, send: Callable[[int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    send(1)
    sink.slow(0.6)
    monkeypatch.setattr("services.notifications.delivery.smtp_transport.STEP_SECONDS", 5)
    monkeypatch.setattr("services.notifications.delivery.smtp_transport.DOT_SECONDS", 0.1)

    with pytest.raises(ConnectionLost):
        send(2)

    assert [(mail.message_id, mail.stored) for mail in sink.doubtful()] == [("<2@ala.example>", True)]
