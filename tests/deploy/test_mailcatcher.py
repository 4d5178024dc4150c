"""The mail catcher takes mails, answers as MailDev does, and keeps what it has over a restart."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from deploy.native.mailcatcher.mailbox import Mailbox
from deploy.native.mailcatcher.web import create_app
from deploy.ports import free_ports
from tests.processes import Process, running
from tests.waiting import eventually
from tests.web_client import WebClient, make_client


def make_mail(to: str = "ann@example.org", subject: str = "Registered: Café") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Convene <no-reply@example.org>", f"Ann Łódź <{to}>", subject
    mail["Date"] = "Thu, 15 Dec 2016 10:00:00 -0600"
    mail.set_content("Welcome, Łódź.\n")
    mail.add_alternative("<p>Welcome, <b>Łódź</b>.</p>\n", subtype="html")
    mail.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="session.ics")
    return mail


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path)


@pytest.fixture
def client(mailbox: Mailbox) -> Iterator[WebClient]:
    with make_client(create_app(mailbox)) as client:
        yield client


def keep(mailbox: Mailbox, **details: str) -> str:
    mail = make_mail(**details)
    return mailbox.add(mail.as_bytes(), sender="bounce@example.org", recipients=[mail["To"].addresses[0].addr_spec]).id


def test_a_mail_is_described_as_maildev_does(mailbox, client):
    mail_id = keep(mailbox)

    (listed,) = client.get("/api/email").json

    assert listed == client.get(f"/api/email/{mail_id}").json
    assert listed["subject"] == "Registered: Café"
    assert listed["time"] == "2016-12-15T16:00:00.000Z"
    assert listed["from"] == [{"address": "no-reply@example.org", "name": "Convene"}]
    assert listed["to"] == [{"address": "ann@example.org", "name": "Ann Łódź"}]
    assert listed["envelope"]["from"]["address"] == "bounce@example.org"
    assert (listed["text"], listed["html"]) == ("Welcome, Łódź.\n", "<p>Welcome, <b>Łódź</b>.</p>\n")
    assert [(a["filename"], a["contentType"], a["size"]) for a in listed["attachments"]] == [
        ("session.ics", "text/calendar", 15)
    ]


def test_a_query_filters_by_what_stands_in_a_mail(mailbox, client):
    keep(mailbox, to="ann@example.org", subject="One")
    keep(mailbox, to="bob@example.org", subject="Two")

    found = client.get("/api/email", query_string={"to.address": "bob@example.org"}).json

    assert [mail["subject"] for mail in found] == ["Two"]
    assert client.get("/api/email?subject=Three").json == []


def test_source_html_and_attachments_can_be_fetched(mailbox, client):
    mail_id = keep(mailbox)
    attachment = client.get(f"/api/email/{mail_id}").json["attachments"][0]["generatedFileName"]

    assert b"QkVHSU46VkNBTEVOREFS" in client.get(f"/api/email/{mail_id}/source").data
    assert client.get(f"/api/email/{mail_id}/attachment/{attachment}").data == b"BEGIN:VCALENDAR"
    html = client.get(f"/api/email/{mail_id}/html")
    assert "<b>Łódź</b>" in html.text
    assert "sandbox" in html.headers["Content-Security-Policy"]
    assert client.get("/api/email/unknown").status_code == 404


def test_people_can_read_the_mails(mailbox, client):
    mail_id = keep(mailbox, subject="<b>Bold</b>")

    assert "&lt;b&gt;Bold&lt;/b&gt;" in client.get("/").text
    assert "Welcome, Łódź." in client.get(f"/mail/{mail_id}").text


def test_deleting_all_forgets_files_too(mailbox, client):
    keep(mailbox)

    assert client.delete("/api/email/all").json is True

    assert client.get("/api/email").json == []
    assert list(mailbox.folder.iterdir()) == []


def test_mails_survive_a_restart(tmp_path):
    ports = free_ports(["smtp", "http"])
    smtp, http = (f"127.0.0.1:{ports[name]}" for name in ("smtp", "http"))
    with running() as processes:
        catcher = Process(
            "deploy.native.mailcatcher", "--smtp", smtp, "--http", http, str(tmp_path / "mails"), environment={}
        )
        processes.append(catcher)
        with httpx.Client(base_url=f"http://{http}", trust_env=False) as web:
            catcher.start()
            eventually(lambda: _healthy(web))
            with smtplib.SMTP("127.0.0.1", ports["smtp"]) as server:
                for number in range(50):
                    server.send_message(make_mail(subject=f"Number {number}"))
            assert catcher.stop() == 0
            catcher.start()
            eventually(lambda: _healthy(web))
            assert [mail["subject"] for mail in web.get("/api/email").json()] == [f"Number {n}" for n in range(50)]


def _healthy(web: httpx.Client) -> bool:
    try:
        return web.get("/api/healthz").json()
    except httpx.TransportError:
        return False
