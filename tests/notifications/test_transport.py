"""The line to the mail server is as safe as SMTP_URL says, or there is none."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

from services.notifications.delivery.smtp_transport import MailRefused, ServerUnavailable, Transport
from services.notifications.settings import NotificationsSettings
from shared.errors import UnsafeSettings
from shared.settings import load
from tests.notifications.certificates import write_certificate
from tests.notifications.service import make_settings
from tests.notifications.sink import Listening, Losing, Sink
from tests.servers.authority import Authority
from tests.servers.engines import Engines

MAIL = b"Subject: x\r\n\r\nHello\r\n.\r\nMAIL FROM:<evil@x.example>\r\n..\r\n"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 with its key, signed by itself."""
    return write_certificate(tmp_path / "sink.pem")


@pytest.fixture
def encryption(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The sink's side of TLS; this machine trusts it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def listen(sink: Sink) -> Iterator[Callable[..., int]]:
    """Starts the sink with aiosmtpd's options; gives its port."""
    controllers: list[Listening] = []

    def start(*, ssl_context: ssl.SSLContext | None = None, **options: object) -> int:
        controllers.append(controller := Listening(sink, ssl_context=ssl_context, **options))
        controller.start()
        return controller.port

    yield start
    for controller in controllers:
        controller.stop()


@pytest.fixture
def connect(engines: Engines, tmp_path: Path) -> Callable[..., Transport]:
    """A transport to an SMTP_URL, whose user has the password `right`."""
    password = tmp_path / "password"
    password.write_text("right\n")
    settings = make_settings(engines, "postgresql://nobody@127.0.0.1:1/none", smtp_password_file=password)
    return lambda url, **more: Transport(NotificationsSettings(**{**vars(settings), "smtp_url": url, **more}))


@pytest.fixture
def production(engines: Engines) -> dict[str, str]:
    return {
        "ENVIRONMENT": "production",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "BROKER_URL": "amqp://nobody@127.0.0.1:1/none",
        "PUBLIC_URL": "https://learning.example",
        "JWKS": "https://issuer.example/jwks",
        "JWT_ISSUER": "https://issuer.example",
        "LINKS_KEY_FILE": str(engines.secrets / "links-key"),
        "SMTP_URL": "smtp://user@mail.example",
        "MAIL_FROM": "learning@ala.example",
    }


def authenticate(_server: object, _session: object, _envelope: object, _mechanism: str, data: object) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"convene", b"right")
    return AuthResult(success=right, handled=right)


def send(transport: Transport) -> str:
    transport.make_ready()
    transport.hand_in("a@x.example", "b@x.example", MAIL)
    reply = transport.finish()
    transport.close()
    return reply


def test_starttls_and_a_password(
    listen: Callable[..., int], connect: Callable[[str], Transport], encryption: ssl.SSLContext, sink: Sink
) -> None:
    port = listen(tls_context=encryption, require_starttls=True, auth_required=True, authenticator=authenticate)

    assert send(connect(f"smtp+starttls://convene@127.0.0.1:{port}")) == "250 accepted"

    assert [envelope.content for envelope in sink.accepted] == [MAIL]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # it is not aware that TLS is there
def test_tls_from_the_start(
    listen: Callable[..., int], connect: Callable[[str], Transport], encryption: ssl.SSLContext
) -> None:
    port = listen(ssl_context=encryption, auth_required=True, auth_require_tls=False, authenticator=authenticate)

    assert send(connect(f"smtps://convene@127.0.0.1:{port}")) == "250 accepted"


def test_a_server_without_starttls_gets_nothing_where_it_is_demanded(
    listen: Callable[..., int], connect: Callable[[str], Transport], sink: Sink
) -> None:
    with pytest.raises(ServerUnavailable):
        send(connect(f"smtp+starttls://convene@127.0.0.1:{listen()}"))

    assert not sink.accepted


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    listen: Callable[..., int],
    connect: Callable[[str], Transport],
    encryption: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = listen(ssl_context=encryption)
    monkeypatch.delenv("SSL_CERT_FILE")

    with pytest.raises(ServerUnavailable):
        send(connect(f"smtps://127.0.0.1:{port}"))


@pytest.mark.covers("ASVS 12.3.2")
@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
@pytest.mark.parametrize(
    ("host", "names"),
    [("127.0.0.1", ("other.test",)), ("localhost", ("other.test", "ip:127.0.0.1")), ("localhost", ())],
)
def test_a_certificate_of_another_name_is_refused_though_its_authority_is_trusted(
    listen: Callable[..., int],
    connect: Callable[..., Transport],
    tmp_path: Path,
    sink: Sink,
    scheme: str,
    host: str,
    names: tuple[str, ...],
) -> None:
    authority = Authority(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority.issue(*names, common_name=host))
    how = {"ssl_context": context} if scheme == "smtps" else {"tls_context": context, "require_starttls": True}

    with pytest.raises(ServerUnavailable):
        send(connect(f"{scheme}://{host}:{listen(**how)}", smtp_ca_file=authority.file))

    assert not sink.accepted


def test_a_setting_names_the_authority_of_the_mail_server_and_then_no_other_is_trusted(
    listen: Callable[..., int],
    connect: Callable[..., Transport],
    certificate: Path,
    encryption: ssl.SSLContext,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = listen(ssl_context=encryption)
    other = write_certificate(tmp_path / "other.pem")
    with pytest.raises(ServerUnavailable):  # though the system trusts it
        send(connect(f"smtps://127.0.0.1:{port}", smtp_ca_file=other))
    monkeypatch.delenv("SSL_CERT_FILE")

    assert send(connect(f"smtps://127.0.0.1:{port}", smtp_ca_file=certificate)) == "250 accepted"


class Stripping(SMTP):
    """Somebody on the way who answers in the clear after STARTTLS was taken away, or injects an answer."""

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802
        await self.push("220 go on\r\n250 injected")


class ListeningInBetween(Listening):
    server_class = Stripping


def test_whoever_takes_starttls_away_gets_no_mail_and_no_password(
    connect: Callable[..., Transport], encryption: ssl.SSLContext, sink: Sink
) -> None:
    between = ListeningInBetween(sink, tls_context=encryption)
    between.start()
    transport = connect(f"smtp+starttls://convene@127.0.0.1:{between.port}")

    with pytest.raises(ServerUnavailable):
        transport.make_ready()
    between.stop()

    assert transport.smtp is None
    assert not sink.accepted


class Naming(Losing):
    """A server that offers DSN (RFC 3461), and keeps the arguments of MAIL."""

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802
        self.event_handler.told.append(arg)
        await super().smtp_MAIL(arg.partition(" ")[0] if "ENVID" in arg else arg)


class Offering(Sink):
    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        first, *rest = await super().handle_EHLO(server, session, envelope, hostname, responses)
        return [first, "250-DSN", *rest]


class ListeningForNames(Listening):
    server_class = Naming


def test_a_server_that_tells_of_mails_by_their_envelope_is_told_our_id(connect: Callable[..., Transport]) -> None:
    sink = Offering()
    listening = ListeningForNames(sink)
    listening.start()
    transport = connect(f"smtp://127.0.0.1:{listening.port}")
    transport.make_ready()
    transport.hand_in("a@x.example", "b@x.example", MAIL, envelope_id="11111111-2222-4333-8444-555555555555")
    transport.finish()
    transport.close()
    listening.stop()

    assert sink.told == ["FROM:<a@x.example> RET=HDRS ENVID=11111111-2222-4333-8444-555555555555"]
    assert len(sink.accepted) == 1


def test_a_wrong_password_is_nobodys_mails_fault(
    listen: Callable[..., int], connect: Callable[[str], Transport], encryption: ssl.SSLContext
) -> None:
    port = listen(tls_context=encryption, require_starttls=True, auth_required=True, authenticator=authenticate)

    with pytest.raises(ServerUnavailable):
        send(connect(f"smtp+starttls://stranger@127.0.0.1:{port}"))


def test_a_line_of_a_dot_does_not_end_the_mail(
    listen: Callable[..., int], connect: Callable[[str], Transport], sink: Sink
) -> None:
    send(connect(f"smtp://127.0.0.1:{listen()}"))

    assert [envelope.content for envelope in sink.accepted] == [MAIL]


def test_production_sends_no_password_over_a_line_that_is_not_encrypted(
    production: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in production.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(UnsafeSettings, match="SMTP_URL has a user"):
        load(NotificationsSettings)


@pytest.mark.covers("API8:2023", "ASVS 1.3.11")
def test_lines_that_begin_with_a_dot_arrive_as_they_are(engines: Engines, smtp_url: str, sink: Sink) -> None:
    content = b"Subject: x\r\n\r\n.\r\n.y\r\nz\r\n"
    transport = Transport(make_settings(engines, "", smtp_url=smtp_url))
    transport.make_ready()

    transport.hand_in("learning@ala.example", "ann@library.example", content)
    transport.finish()
    transport.close()

    assert sink.accepted[0].content == content


class Pipelining(Sink):
    """A server that takes several commands at once (RFC 2920)."""

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        first, *rest = await super().handle_EHLO(server, session, envelope, hostname, responses)
        return [first, "250-PIPELINING", *rest]


@pytest.mark.parametrize(
    ("mail", "rcpt", "raises"),
    [
        ("250 OK", "250 OK", None),
        ("250 OK", "550 5.1.1 nobody", MailRefused),
        ("550 not you", "250 OK", ServerUnavailable),
    ],
)
def test_a_server_that_takes_commands_together_gets_them_so_and_each_answer_counts(
    engines: Engines, mail: str, rcpt: str, raises: type[Exception] | None
) -> None:
    sink = Pipelining()
    sink.mail_answers.append(mail)
    sink.rcpt_answers.append(rcpt)
    controller = Listening(sink)
    controller.start()
    transport = Transport(make_settings(engines, "", smtp_url=f"smtp://127.0.0.1:{controller.port}"))

    def send() -> None:
        transport.make_ready()
        transport.hand_in("learning@ala.example", "ann@library.example", b"Subject: x\r\n\r\ny\r\n")
        transport.finish()

    if raises:
        with pytest.raises(raises):
            send()
    send()
    transport.close()
    controller.stop()

    assert len(sink.accepted) == 1
