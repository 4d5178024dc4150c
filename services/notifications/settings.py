"""The settings of notifications: those of every service, and how mail leaves."""

from dataclasses import dataclass
from pathlib import Path

from services.notifications.formats.mail_headers import parse_mailbox
from services.notifications.formats.private_hosts import parse_allowed
from services.notifications.formats.send_rates import parse_rates
from services.notifications.formats.smtp_urls import parse_server
from shared import settings_checks
from shared.settings import Settings, ca_file, secret_file, setting


@dataclass(frozen=True, kw_only=True)
class NotificationsSettings(Settings):
    """Raises ValueError where an address of the mail server or of the sender cannot be understood."""

    smtp_url: str = setting(
        "Mail server: `smtp://host:25` without encryption, `smtp+starttls://user@host:587` with STARTTLS (demanded, "
        "not merely tried), `smtps://user@host:465` with TLS from the start",
        unit="address",
    )
    smtp_password_file: Path | None = secret_file(
        "Password of the user in SMTP_URL", min_length=settings_checks.EXTERNAL_SECRET_LENGTH
    )
    smtp_ca_file: Path | None = ca_file(
        "Certificates (PEM) of the authority that signs the mail server's, where that is none that this system trusts; "
        "then no other is trusted. The certificate must be valid for the host in SMTP_URL"
    )
    mail_from: str = setting("Sender of every mail, e.g. `Learning at ALA <learning@ala.example>`", unit="mailbox")
    mail_rates: str | None = setting(
        "Mails a second to a domain, and `*` to all together, by all workers: `gmail.com=20,*=100`. Mails of issues "
        "are held back to keep them; single mails count, and go at once",
        unit="mails/second",
        default=None,
    )
    reply_to: str | None = setting("Where answers go, where that is not the sender", unit="mailbox", default=None)
    refusing_domains: int = setting(
        "Sending rests, and the operator is alerted, once the mail server has refused us (not a recipient) for mails "
        "to so many domains in a row; then one mail at a time tries whether that is over",
        unit="domains",
        default=3,
    )
    webhook_allow: str = setting(
        "Development only: `host:port`, several separated by commas, that webhooks may call though they are private, "
        "and without TLS",
        unit="host:port,…",
        default="",
    )
    settle_seconds: float = setting(
        "Time for which news waits that later news may overtake (a session moved, a seat moved up to or given up, a "
        "recording, progress), so that several changes become one mail",
        unit="seconds",
        default=30.0,
    )

    def __post_init__(self) -> None:
        parse_server(self.smtp_url)
        parse_mailbox(self.mail_from)
        parse_allowed(self.webhook_allow)
        if self.reply_to:
            parse_mailbox(self.reply_to)
        parse_rates(self.mail_rates)
        if self.refusing_domains < 1:
            raise ValueError("REFUSING_DOMAINS must be 1 or more")
        if not 0 <= self.settle_seconds <= 3600:
            raise ValueError("SETTLE_SECONDS must be between 0 and 3600")

    def problems(self) -> list[str]:
        wrong = super().problems()
        if not self.links_key_file:
            wrong.append("LINKS_KEY_FILE is needed, since mails carry signed links: name the file of a random key")
        if self.smtp_ca_file and parse_server(self.smtp_url).security == "none":
            wrong.append("SMTP_CA_FILE has no effect where SMTP_URL is not smtps:// or smtp+starttls://")
        return wrong + (self._unsafe_mail() if self.production else [])

    def _unsafe_mail(self) -> list[str]:
        server, wrong = parse_server(self.smtp_url), []
        if server.security == "none" and server.user:
            wrong.append("SMTP_URL has a user, so it must be encrypted: smtp+starttls:// or smtps://")
        elif server.security == "none" and not settings_checks.is_localhost(server.host):
            wrong.append("SMTP_URL leads to another host, so it must be encrypted: smtp+starttls:// or smtps://")
        if server.user and not self.smtp_password_file:
            wrong.append("SMTP_PASSWORD_FILE is needed, since SMTP_URL has a user: name the file of the password")
        if settings_checks.is_example_domain(parse_mailbox(self.mail_from).domain):
            wrong.append("MAIL_FROM is at a domain of examples: name an address of yours, see docs/mail.md")
        if self.webhook_allow:
            wrong.append("WEBHOOK_ALLOW is for development only: take it away")
        return wrong
