"""The mail server of a run with faults: records every mail that it is handed, and is slow, refuses or drops the line
while it is told to. It says for itself of which mails the sender cannot know whether they were taken.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.policy import default
from typing import Any, Literal, Self

from aiosmtpd.smtp import SMTP, Envelope

from tests.notifications.sink import Listening, Losing, Sink

# Where a mail is refused: the answer to MAIL, RCPT, DATA, or to the final dot.
Stage = Literal["mail", "rcpt", "data", "dot"]
# Where the line is dropped: at DATA, after the headers, at the final dot, or when the mail is stored and nobody told.
Moment = Literal["data", "body", "dot", "stored"]
REPLIES = {"temporary": "451 4.3.0 come again", "permanent": "554 5.7.1 not this one", "busy": "421 4.3.2 too busy"}
BUSY = REPLIES["busy"]


@dataclass(kw_only=True)
class Handed:
    """A mail whose headers came at least. `stored`: it was taken, as its 250 says where it was `answered`."""

    message_id: str
    recipient: str
    subject: str
    at: datetime
    content: bytes
    stored: bool = False
    answered: bool = False

    @property
    def id(self) -> str:
        """The part of its Message-ID before the @: the message's id in notifications."""
        return self.message_id.strip("<>").split("@")[0]

    @property
    def mail(self) -> EmailMessage:
        return BytesParser(policy=default).parsebytes(self.content)


@dataclass
class Fault:
    """What goes wrong, at which stage or moment; `left` says how often still, None without end."""

    kind: Literal["temporary", "permanent", "busy", "drop"]
    where: Stage | Moment | None
    left: int | None


class MailSink:
    """Listens at `port` of 127.0.0.1, in a thread of its own, until the block ends. Any thread may call it.

    Of `temporary`, `permanent`, `busy` and `drop` the last one counts; `times` is how often, without end if None.
    """

    def __init__(self) -> None:
        self._script = Script()
        self._controller = Scripting(self._script)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.heal()
        self._controller.stop()

    @property
    def port(self) -> int:
        return self._controller.port

    @property
    def url(self) -> str:
        """What SMTP_URL says."""
        return f"smtp://127.0.0.1:{self.port}"

    def slow(self, seconds: float) -> None:
        """Each reply comes so much later."""
        self._script.slowness = seconds

    def temporary(self, stage: Stage, *, times: int | None = None) -> None:
        """A 4xx at `stage`."""
        self._script.fault = Fault("temporary", stage, times)

    def permanent(self, stage: Stage, *, times: int | None = None) -> None:
        """A 5xx at `stage`."""
        self._script.fault = Fault("permanent", stage, times)

    def busy(self) -> None:
        """421 in place of every reply, the greeting too, and the line is closed."""
        self._script.fault = Fault("busy", None, None)

    def drop(self, moment: Moment, *, times: int | None = None) -> None:
        """The line is closed at `moment`, without a word."""
        self._script.fault = Fault("drop", moment, times)

    def heal(self) -> None:
        """Take everything at once, also what waits for a slow reply."""
        self._script.slowness = 0.0
        self._script.fault = None

    def accepted(self) -> list[Handed]:
        """Every mail that was stored, in that order, whether the sender was told so or not."""
        return [mail for mail in self._handed() if mail.stored]

    def to(self, recipient: str) -> list[Handed]:
        """What was stored for one of them, in that order."""
        return [mail for mail in tuple(self._script.by_recipient[recipient]) if mail.stored]

    def doubtful(self) -> list[Handed]:
        """What was handed over and not answered: the sender cannot know whether it was stored."""
        return [mail for mail in self._handed() if not mail.answered]

    def _handed(self) -> Iterator[Handed]:
        return (replace(mail) for mail in tuple(self._script.handed))


class Script(Sink):
    """aiosmtpd's handler: what is to go wrong, and what came. Its methods run in the thread of the sink."""

    def __init__(self) -> None:
        super().__init__()
        self.slowness = 0.0
        self.fault: Fault | None = None
        self.handed: list[Handed] = []
        self.by_recipient: defaultdict[str, list[Handed]] = defaultdict(list)

    def is_due(self, kind: str, where: str | None) -> bool:
        """Whether this goes wrong now, which is counted."""
        fault = self.fault
        if fault is None or (fault.kind, fault.where) != (kind, where) or fault.left == 0:
            return False
        if fault.left is not None:
            fault.left -= 1
        return True

    def refusal(self, stage: Stage) -> str | None:
        """The reply that refuses a mail at this stage."""
        return next((REPLIES[kind] for kind in ("temporary", "permanent") if self.is_due(kind, stage)), None)

    def note(self, envelope: Envelope, content: bytes) -> Handed:
        """Record a mail that was neither stored nor answered yet."""
        headers = BytesHeaderParser(policy=default).parsebytes(content)
        mail = Handed(
            recipient=envelope.rcpt_tos[0],
            at=datetime.now(UTC),
            content=content,
            message_id=str(headers["Message-ID"]),
            subject=str(headers["Subject"]),
        )
        self.handed.append(mail)
        self.by_recipient[mail.recipient].append(mail)
        return mail

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        return self.refusal("mail") or await super().handle_MAIL(server, session, envelope, address, options)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        return self.refusal("rcpt") or await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(server, Speaker)
        assert isinstance(envelope.content, bytes)
        if self.is_due("busy", None):
            return BUSY
        if refusal := self.refusal("dot"):
            return refusal
        server.taking = self.note(envelope, envelope.content)
        if self.is_due("drop", "dot"):
            server.hang_up()
            return ""
        server.taking.stored = True
        if self.is_due("drop", "stored"):
            server.hang_up()
        return "250 accepted"


class Speaker(Losing):
    """Speaks SMTP as the script says."""

    taking: Handed | None = None

    def hang_up(self) -> None:
        if self.transport:
            self.transport.close()

    @property
    def gone(self) -> bool:
        return self.transport is None or self.transport.is_closing()

    async def push(self, status: Any) -> None:
        """Reply, in time or late."""
        script: Script = self.event_handler
        began = time.monotonic()
        while (left := began + script.slowness - time.monotonic()) > 0:
            await asyncio.sleep(min(left, 0.1))
        busy = status == BUSY or (self.taking is None and script.is_due("busy", None))
        if not self.gone:
            await super().push(BUSY if busy else status)
        if busy:
            self.hang_up()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        script: Script = self.event_handler
        self.taking = None
        if refusal := script.refusal("data"):
            return await self.push(refusal)
        if script.is_due("drop", "data"):
            return self.hang_up()
        if script.is_due("drop", "body"):
            return await self._drop_within()
        await super().smtp_DATA(arg)
        if self.taking and not self.gone:
            self.taking.answered = True
        self.taking = None
        return None

    async def _drop_within(self) -> None:
        """Take the headers of a mail, and no more."""
        script: Script = self.event_handler
        assert self.envelope
        await self.push("354 go on")
        script.note(self.envelope, await self._reader.readuntil(b"\r\n\r\n"))
        self.hang_up()


class Scripting(Listening):
    """A script on a port of its own."""

    server_class = Speaker
