"""One connection to the mail server, kept from mail to mail, and the three ways in which a mail can go wrong on it.

`smtplib` is used below `send_message`, since what is committed between the body and the final dot decides whether a
crash can double a mail (see `services.notifications.delivery.batch_sender`).
"""

import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from services.notifications.formats.smtp_urls import parse_server
from services.notifications.settings import NotificationsSettings
from shared import tls
from shared.settings import read_secret

# Seconds to wait for an answer; the one to the final dot gets longer, since giving up there makes doubts.
STEP_SECONDS = 20.0
DOT_SECONDS = 60.0

# An idle line may have been closed by the server: it is asked before it is used again.
IDLE_SECONDS = 5.0


class ServerUnavailable(Exception):
    """The server cannot be used at all, by nobody's mail: it is away, or it refuses us. No mail is to blame."""


class MailRefused(Exception):
    """The server refuses this mail, for good or for now. Carries its reply, and whether that was to the recipient."""

    def __init__(self, reply: str, *, permanent: bool, of_recipient: bool = False) -> None:
        super().__init__(reply)
        self.reply = reply
        self.permanent = permanent
        self.of_recipient = of_recipient


class ConnectionLost(Exception):
    """The connection broke. Before the final dot nothing was accepted; after it nobody knows."""


class Transport:
    """A kept connection. Not for several threads."""

    def __init__(self, settings: NotificationsSettings) -> None:
        self.server = parse_server(settings.smtp_url)
        self.password_file = settings.smtp_password_file
        self.ca_file = settings.smtp_ca_file
        self.trace_attributes = {
            "network.protocol.name": "smtp",
            "server.address": self.server.host,
            "server.port": self.server.port,
        }
        self.smtp: smtplib.SMTP | None = None
        self.used_at = 0.0

    def make_ready(self) -> None:
        """Be connected. Raises ServerUnavailable."""
        if self.smtp and time.monotonic() - self.used_at > IDLE_SECONDS:
            with suppress(smtplib.SMTPException, OSError):
                if self.smtp.noop()[0] == 250:
                    self.used_at = time.monotonic()
                    return
            self.close()
        if self.smtp is None:
            try:
                self.smtp = self._connect()
            except (smtplib.SMTPException, OSError, ssl.SSLError) as error:
                raise ServerUnavailable(f"{type(error).__name__} while connecting") from None
        self.used_at = time.monotonic()

    def hand_in(self, sender: str, recipient: str, content: bytes, *, envelope_id: str | None = None) -> None:
        """Send everything but the final dot. Raises ServerUnavailable (the server refuses us), MailRefused, or
        ConnectionLost; then nothing
        was accepted, and the next mail may be handed in. Notices about it name the `envelope_id`, where the server
        offers that (RFC 3461).
        """
        with self._conversation() as smtp:
            named = f" RET=HDRS ENVID={envelope_id}" if envelope_id and smtp.has_extn("dsn") else ""
            self._open_mail(smtp, f"MAIL FROM:<{sender}>{named}", recipient)
            smtp.send(content.replace(b"\r\n.", b"\r\n.."))  # RFC 5321, 4.5.2; a mail begins with a header

    def _open_mail(self, smtp: smtplib.SMTP, mail: str, recipient: str) -> None:
        """As far as the body. In one go where the server takes it so (RFC 2920), which spares it two of three waits."""
        steps = [mail, f"RCPT TO:<{recipient}>", "DATA"]
        if smtp.has_extn("pipelining"):
            smtp.send("".join(f"{step}\r\n" for step in steps))
            answers = [smtp.getreply() for _ in steps]
        else:
            answers = []
            for step in steps:
                answers.append(smtp.docmd(step))
                if answers[-1][0] >= 400:
                    break
        if len(answers) == len(steps) and answers[-1][0] == 354 and max(code for code, _ in answers) >= 400:
            smtp.docmd(".")  # it wants the body of a mail that it refused: none
        (code, answer), *rest = answers
        if code >= 500:
            self.close()
            raise ServerUnavailable(f"the sender is refused: {_reply(code, answer)}")
        self._expect(code, answer)
        for number, (code, answer) in enumerate(rest):
            self._expect(code, answer, of_recipient=number == 0)

    def finish(self) -> str:
        """The final dot, and the server's reply to it. Raises MailRefused, or ConnectionLost where nobody knows."""
        with self._conversation() as smtp:
            assert smtp.sock
            smtp.sock.settimeout(DOT_SECONDS)
            smtp.send(b".\r\n")
            code, answer = smtp.getreply()
            self._expect(code, answer)
            smtp.sock.settimeout(STEP_SECONDS)
            return _reply(code, answer)

    def close(self) -> None:
        """Drop the line as it is: what was not finished was not sent."""
        if self.smtp:
            self.smtp.close()
        self.smtp = None

    @contextmanager
    def _conversation(self) -> Iterator[smtplib.SMTP]:
        if self.smtp is None:
            raise ConnectionLost("not connected")
        try:
            yield self.smtp
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self.close()
            raise ConnectionLost(type(error).__name__) from None
        self.used_at = time.monotonic()

    def _expect(self, code: int, answer: bytes, *, of_recipient: bool = False) -> None:
        """Go on after a 2xx or 3xx; else bring the line back to where a mail can begin, and raise MailRefused."""
        if 200 <= code < 400:
            return
        if code != 421 and self.smtp:
            with suppress(smtplib.SMTPServerDisconnected, OSError):
                self.smtp.rset()
                raise MailRefused(_reply(code, answer), permanent=code >= 500, of_recipient=of_recipient)
        self.close()
        raise MailRefused(_reply(code, answer), permanent=code >= 500, of_recipient=of_recipient)

    def _connect(self) -> smtplib.SMTP:
        server, encryption = self.server, tls.client_context(self.ca_file)
        # Not the fully qualified name that smtplib would look up: that may take seconds where there is no DNS.
        here = socket.gethostname()
        if server.security == "tls":
            smtp = smtplib.SMTP_SSL(server.host, server.port, here, timeout=STEP_SECONDS, context=encryption)
        else:
            smtp = smtplib.SMTP(server.host, server.port, here, timeout=STEP_SECONDS)
        try:
            if server.security == "starttls":
                smtp.starttls(context=encryption)
            smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, read_secret(self.password_file) or "")
        except BaseException:
            smtp.close()
            raise
        assert smtp.sock
        # Else the final dot, a small packet, waits for the acknowledgement of the body.
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return smtp


def _reply(code: int, answer: bytes) -> str:
    return f"{code} {answer.decode(errors='replace')}"[:500].replace("\0", "")
