"""The mail catcher's page for people, and its API."""

from typing import Any

import orjson
from flask import Flask, Response, abort, render_template, request

from deploy.native.mailcatcher import maildev
from deploy.native.mailcatcher.mailbox import Mail, Mailbox

PAGE_LENGTH = 100
CALM = {"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"}


class DescribedMailbox:
    """Descriptions of the mails in a mailbox, each made once."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self._known: dict[str, bytes] = {}

    def find(self, mail_id: str) -> Mail:
        """Return the mail with this id; ends the request with a 404 if there is none."""
        return self.mailbox.get(mail_id) or abort(_json({"error": "Email was not found"}, 404))

    def describe(self, mail: Mail) -> bytes:
        """Return the JSON that describes a mail."""
        if mail.id not in self._known:
            self._known[mail.id] = orjson.dumps(maildev.describe(mail))
        return self._known[mail.id]

    def delete_all(self) -> None:
        """Delete all mails and their descriptions."""
        self.mailbox.delete_all()
        self._known.clear()


def create_app(mailbox: Mailbox) -> Flask:
    """The WSGI application that shows `mailbox`."""
    app = Flask(__name__)
    described = DescribedMailbox(mailbox)
    _add_api(app, described)
    _add_contents(app, described)
    _add_pages(app, described)
    return app


def _add_api(app: Flask, described: DescribedMailbox) -> None:
    @app.get("/api/healthz")
    def health() -> Response:
        return _json(True)

    @app.get("/api/email")
    def list_mails() -> Response:
        found = [one for one in map(described.describe, described.mailbox) if _matches(one)]
        return Response(b"[" + b",".join(found) + b"]", mimetype="application/json")

    @app.delete("/api/email/all")
    def delete_all() -> Response:
        described.delete_all()
        return _json(True)

    @app.get("/api/email/<mail_id>")
    def get_mail(mail_id: str) -> Response:
        return Response(described.describe(described.find(mail_id)), mimetype="application/json")

    @app.delete("/api/email/<mail_id>")
    def delete_mail(mail_id: str) -> Response:
        described.mailbox.delete(described.find(mail_id).id)
        return _json(True)


def _add_contents(app: Flask, described: DescribedMailbox) -> None:
    @app.get("/api/email/<mail_id>/html")
    def show_html(mail_id: str) -> Response:
        return Response(described.find(mail_id).html, mimetype="text/html", headers=CALM)

    @app.get("/api/email/<mail_id>/source")
    def show_source(mail_id: str) -> Response:
        return Response(described.find(mail_id).raw, mimetype="text/plain")

    @app.get("/api/email/<mail_id>/download")
    def download(mail_id: str) -> Response:
        return _file(described.find(mail_id).raw, "message/rfc822", f"{mail_id}.eml")

    @app.get("/api/email/<mail_id>/attachment/<name>")
    def get_attachment(mail_id: str, name: str) -> Response:
        for number, part in enumerate(described.find(mail_id).attachments):
            if maildev.generated_name(number, part) == name:
                content = part.get_payload(decode=True)
                assert isinstance(content, bytes)
                return _file(content, part.get_content_type(), maildev.attachment_name(number, part))
        return _json({"error": "Attachment not found"}, 404)


def _add_pages(app: Flask, described: DescribedMailbox) -> None:
    @app.get("/")
    def show_list() -> str:
        page = max(request.args.get("page", 1, type=int), 1)
        newest_first = list(described.mailbox)[::-1]
        shown = newest_first[(page - 1) * PAGE_LENGTH : page * PAGE_LENGTH]
        mails = [orjson.loads(described.describe(mail)) for mail in shown]
        more = len(newest_first) > page * PAGE_LENGTH
        return render_template("list.html", mails=mails, total=len(newest_first), page=page, more=more)

    @app.get("/mail/<mail_id>")
    def show_mail(mail_id: str) -> str:
        return render_template("mail.html", mail=orjson.loads(described.describe(described.find(mail_id))))


def _matches(described: bytes) -> bool:
    """True if an email matches the query, such as `?subject=…&to.address=…`."""
    if not request.args:
        return True
    mail = orjson.loads(described)
    return all(value in _values(mail, path.split(".")) for path, value in request.args.items())


def _values(part: Any, path: list[str]) -> list[str]:
    """Return the values at `path`, in every item of a list on the way."""
    if isinstance(part, list):
        return [value for item in part for value in _values(item, path)]
    if not path:
        return [str(part)]
    return _values(part[path[0]], path[1:]) if isinstance(part, dict) and path[0] in part else []


def _json(content: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, mimetype="application/json")


def _file(content: bytes, kind: str, name: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
