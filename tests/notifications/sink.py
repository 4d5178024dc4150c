"""A mail server for tests: keeps what it accepts, and misbehaves on request."""

import asyncio
import ssl
from collections import deque
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope


class Sink:
    """Responses to each email are scripted: `answers` to the final dot, `rcpt_answers` to RCPT; then all is accepted.

    `lose_before_dot` and `lose_after_dot` count connections that it drops at that moment.
    """

    def __init__(self) -> None:
        self.accepted: list[Envelope] = []
        self.answers: deque[str] = deque()
        self.rcpt_answers: deque[str] = deque()
        self.mail_answers: deque[str] = deque()
        self.lose_before_dot = 0
        self.lose_after_dot = 0
        self.connections = 0

    @property
    def mails(self) -> list[EmailMessage]:
        """The accepted mails, parsed."""
        return [self.parse(envelope) for envelope in self.accepted]

    @staticmethod
    def parse(envelope: Envelope) -> EmailMessage:
        content = envelope.content
        assert isinstance(content, bytes)
        return BytesParser(policy=default).parsebytes(content)

    async def handle_EHLO(  # noqa: N802
        self, _server: SMTP, session: Any, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mail_answers and (answer := self.mail_answers.popleft()) != "250 OK":
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt_answers and (answer := self.rcpt_answers.popleft()) != "250 OK":
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.answers:
            return self.answers.popleft()
        self.accepted.append(envelope)
        if self.lose_after_dot:
            self.lose_after_dot -= 1
            assert server.transport
            server.transport.close()
        return "250 accepted"


class Losing(SMTP):
    """A server that can drop the line before it has taken the body."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        sink: Sink = self.event_handler
        if sink.lose_before_dot:
            sink.lose_before_dot -= 1
            assert self.transport
            self.transport.close()
            return
        await super().smtp_DATA(arg)


class Listening(Controller):
    """A sink on a port of its own. `server_class` speaks for it."""

    server_class: type[SMTP] = Losing

    def __init__(self, sink: Sink, *, ssl_context: ssl.SSLContext | None = None, **options: Any) -> None:
        self.options = options
        super().__init__(sink, hostname="127.0.0.1", port=0, ready_timeout=10, ssl_context=ssl_context)

    def factory(self) -> SMTP:
        return self.server_class(self.handler, hostname="sink.example", **self.options)

    def _trigger_server(self) -> None:
        """The port is known only now: aiosmtpd would greet port 0."""
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
