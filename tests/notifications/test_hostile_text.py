"""Text by people and staff cannot become a header, a recipient, a command, markup or a calendar property."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifications.formats.mail_headers import Mailbox, UnsafeText, check_address, parse_mailbox
from services.notifications.rendering.domain import MailContent, addressee, values_of
from services.notifications.rendering.mail_settings import make_mail_settings
from services.notifications.rendering.mime import Head, build
from services.notifications.rendering.sample_mails import sample_mail, sample_session
from services.notifications.rendering.templates import Texts
from shared.events import catalog
from tests.notifications.desk import Desk
from tests.notifications.mails import entry_of, html_of, parse, text_of
from tests.notifications.post_office import PostOffice
from tests.notifications.samples import STARTS, a_person, a_registration, a_session, confirmed
from tests.notifications.sink import Sink

HEADERS = [
    "x\r\nBcc: evil@x.example",
    "x\nBcc : evil@x.example",
    "=?utf-8?q?x=0ABcc=3A_evil@x.example?=",
    "=?utf-8?b?eApCY2M6IGU=?=",
    "x\u2028Bcc: evil@x.example",
]
CONTROLS = ["x\x85Bcc: evil@x.example", "x\x1b[2J", "x\x7f"]
MARKUP = ["<img src=x onerror=alert(1)>", "{{7*7}}", "{% for x in y %}", "</title><script>", '" onmouseover="alert(1)']
BODY = ["hello\r\n.\r\nMAIL FROM:<evil@x.example>\r\n", "hello\n.\nQUIT", ".\r", "\r\n..\r\n"]


def send_to(desk: Desk, *, name: str = "Ann", **session_changes: object) -> None:
    session = a_session(**session_changes)
    registration = a_registration(session, person=a_person(name))
    desk.receive(catalog.SessionPublished(session=session), confirmed(registration))


@pytest.mark.covers("API8:2023", "ASVS 1.3.11")
@pytest.mark.parametrize("text", HEADERS)
def test_a_title_that_would_be_a_header_stops_the_mail(desk: Desk, text: str) -> None:
    send_to(desk, title=text)

    with pytest.raises(UnsafeText):
        desk.mails()


@pytest.mark.parametrize("text", CONTROLS)
def test_control_characters_are_left_out_of_a_title(desk: Desk, text: str) -> None:
    send_to(desk, title=text)

    [mail] = desk.mails()
    assert mail["Bcc"] is None
    assert str(mail["Subject"]).isprintable()


@pytest.mark.parametrize("text", [*HEADERS, *CONTROLS])
def test_a_name_that_would_be_a_header_is_left_out_of_it(desk: Desk, text: str) -> None:
    send_to(desk, name=text)

    [mail] = desk.mails()
    assert mail["To"] == "ann@library.example"
    assert mail["Bcc"] is None
    assert entry_of(mail)[1]["ATTENDEE"] == "mailto:ann@library.example"


@pytest.mark.covers("API8:2023", "ASVS 1.3.11")
@pytest.mark.parametrize("text", [*HEADERS, *CONTROLS, *BODY])
def test_the_server_sees_our_headers_and_one_recipient_whatever_the_name_is(
    post: PostOffice, sink: Sink, text: str
) -> None:
    session = a_session(summary=text)
    post.receive(catalog.SessionPublished(session=session), confirmed(a_registration(session, person=a_person(text))))

    post.send()

    [envelope], [mail] = sink.accepted, sink.mails
    assert (envelope.mail_from, envelope.rcpt_tos) == ("learning@ala.example", ["ann@library.example"])
    assert set(mail.keys()) == {
        "Content-Type",
        "MIME-Version",
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "Content-Language",
    }


@pytest.mark.covers("API8:2023", "ASVS 1.3.11")
@pytest.mark.parametrize(
    "address",
    [
        "a@x.org>\r\nRCPT TO:<b@y.org",
        '"a\nb"@x.org',
        "a@x.org,b@y.org",
        "a@[127.0.0.1]",
        "<script>@x.org",
        "a" * 250 + "@x.org",
        "a@x.org\0",
        "a(comment)@x.org",
        "a b@x.org",
        "@x.org",
        "a@",
        "",
    ],
)
def test_an_address_that_is_not_one_plain_address_gets_no_mail(address: str) -> None:
    with pytest.raises(UnsafeText):
        check_address(address)


def test_an_address_with_a_domain_of_any_script_is_written_in_ascii() -> None:
    assert check_address("ann@bücherei.example") == "ann@xn--bcherei-n2a.example"


def test_a_sender_that_is_no_address_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError):
        parse_mailbox("Learning at ALA")


LINES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200).filter(
    lambda t: "=?" not in t
)


@given(subject=LINES.map(str.strip), name=LINES)
@settings(max_examples=300)
def test_every_line_of_text_arrives_in_subject_and_name_as_it_was(subject: str, name: str) -> None:
    head = Head(
        id=UUID(int=1),
        date=STARTS,
        sender=parse_mailbox("Learning at ALA <learning@ala.example>"),
        recipient=Mailbox(name, "ann@library.example"),
        reply_to=None,
        again=False,
    )

    mail = parse(build(head, MailContent(Texts(subject, "text", "<p>html</p>"), calendar=None)))

    assert str(mail["Subject"]) == subject
    [address] = mail["To"].addresses
    assert address.addr_spec == "ann@library.example"


@pytest.mark.covers("API8:2023", "ASVS 1.2.1", "ASVS 1.3.7")
@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_a_title_or_a_name_is_text(desk: Desk, text: str) -> None:
    send_to(desk, name=text, title=text)

    [mail] = desk.mails()
    html = html_of(mail)
    assert "<img" not in html
    assert "<script" not in html
    assert " onmouseover=" not in html.replace("&#34; onmouseover=", "")
    assert f"Hello {text}," in text_of(mail)
    assert str(mail["Subject"]).endswith(text)


@pytest.mark.covers("API8:2023", "ASVS 1.2.2")
@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", 'https://x.example/" onclick="x', "https://x\n.example"]
)
def test_only_web_addresses_become_links(desk: Desk, url: str) -> None:
    send_to(desk, online=catalog.Online(platform="Zoom", join_url=url))

    [mail] = desk.mails()
    assert url not in html_of(mail) + text_of(mail)
    assert "Your link to join" not in html_of(mail)
    assert entry_of(mail)[1]["LOCATION"] == "Online (Zoom)"


@pytest.mark.covers("API8:2023", "ASVS 1.2.1")
@pytest.mark.parametrize(
    "text", ["x\nATTENDEE:mailto:evil@x.example", 'x"\r\nATTENDEE:mailto:evil@x.example', "x;y,z\\n:ü" * 40]
)
def test_no_text_becomes_a_calendar_property(desk: Desk, text: str) -> None:
    send_to(desk, name=text, venue=catalog.Place(name=text, address=text))

    _, entry = entry_of(desk.mails()[0])
    assert entry["ATTENDEE"] == "mailto:ann@library.example"
    assert set(entry.keys()) == {
        "UID",
        "SEQUENCE",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "SUMMARY",
        "DESCRIPTION",
        "LOCATION",
        "URL",
        "STATUS",
        "ORGANIZER",
        "ATTENDEE",
    }


@pytest.mark.covers("API6:2023")
@pytest.mark.parametrize(
    "name", ["Pay at http://evil.example/x", "WWW.evil.example", "A\u202eB", "A\u200bB", "\u3164", ""]
)
def test_a_name_from_before_its_rule_is_not_printed(present: Any, name: str) -> None:
    facts = replace(sample_mail("registration-confirmed"), name=name, context={"registered_by": name})

    values = values_of(facts, sample_session(present.settings), make_mail_settings(present.settings))

    assert (values["name"], values["registered_by"]) == ("", None)
    assert addressee(facts) == Mailbox("", "ada@library.example")
