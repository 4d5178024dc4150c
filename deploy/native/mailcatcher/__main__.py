"""`python -m deploy.native.mailcatcher --smtp HOST:PORT --http HOST:PORT FOLDER`: run until SIGTERM."""

import argparse
import signal
import threading
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from werkzeug.serving import WSGIRequestHandler, make_server

from deploy.native.mailcatcher.mailbox import Mailbox
from deploy.native.mailcatcher.web import create_app


class Receiver:
    """Takes every mail for everybody."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 aiosmtpd's
        content = envelope.content or b""
        assert isinstance(content, bytes)
        self.mailbox.add(content, sender=envelope.mail_from or "", recipients=envelope.rcpt_tos)
        return "250 Message accepted for delivery"


class Silent(WSGIRequestHandler):
    """Writes no line a request: addresses in them may hold people's mail addresses."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.native.mailcatcher", description="Catch mails, show them.")
    parser.add_argument("--smtp", type=_address, default=("127.0.0.1", 1025))
    parser.add_argument("--http", type=_address, default=("127.0.0.1", 1080))
    parser.add_argument("folder", type=Path, help="where the mails are kept")
    arguments = parser.parse_args()

    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    mailbox = Mailbox(arguments.folder)
    smtp = Controller(Receiver(mailbox), hostname=arguments.smtp[0], port=arguments.smtp[1])
    host, port = arguments.http
    web = make_server(host, port, create_app(mailbox), threaded=True, request_handler=Silent)
    smtp.start()
    threading.Thread(target=web.serve_forever, daemon=True).start()
    print(f"Catching mail; {len(mailbox)} were there", flush=True)
    stop.wait()
    smtp.stop()
    web.shutdown()


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


if __name__ == "__main__":
    main()
