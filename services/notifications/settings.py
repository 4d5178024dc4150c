"""The settings of notifications: those of every service, and how mail leaves."""

from dataclasses import dataclass
from pathlib import Path

from services.notifications.delivery.rates import parse_rates
from services.notifications.delivery.servers import parse_server
from services.notifications.rendering.addresses import parse_mailbox
from services.notifications.webhooks.calls.urls import parse_allowed
from shared.settings import Settings, secret_file, setting


@dataclass(frozen=True, kw_only=True)
class NotificationsSettings(Settings):
    """Raises ValueError where an address of the mail server or of the sender cannot be understood."""

    smtp_url: str = setting(
        "Mail server: `smtp://host:25` without encryption, `smtp+starttls://user@host:587` with STARTTLS (demanded, "
        "not merely tried), `smtps://user@host:465` with TLS from the start"
    )
    smtp_password_file: Path | None = secret_file("Password of the user in SMTP_URL")
    mail_from: str = setting("Sender of every mail, e.g. `Learning at ALA <learning@ala.example>`")
    mail_rates: str | None = setting(
        "Mails a second to a domain, and `*` to all together, by all workers: `gmail.com=20,*=100`. Mails of issues "
        "are held back to keep them; single mails count, and go at once",
        default=None,
    )
    reply_to: str | None = setting("Where answers go, where that is not the sender", default=None)
    webhook_allow: str = setting(
        "Development only: `host:port`, several separated by commas, that webhooks may call though they are private, "
        "and without TLS",
        default="",
    )
    settle_seconds: float = setting(
        "Seconds for which news waits that later news may overtake (a session moved, a seat moved up to or given up, a "
        "recording, progress), so that several changes become one mail",
        default=30.0,
    )

    def __post_init__(self) -> None:
        parse_server(self.smtp_url)
        parse_mailbox(self.mail_from)
        parse_allowed(self.webhook_allow)
        if self.reply_to:
            parse_mailbox(self.reply_to)
        parse_rates(self.mail_rates)
        if not 0 <= self.settle_seconds <= 3600:
            raise ValueError("SETTLE_SECONDS must be between 0 and 3600")
        if not self.links_key_file:
            raise ValueError("LINKS_KEY_FILE is needed: mails carry signed links")

    def unsafe(self) -> list[str]:
        server = parse_server(self.smtp_url)
        exposed = self.production and server.user and server.security == "none"
        wrong = ["SMTP_URL has a user, so it must be encrypted"] if exposed else []
        if self.production and self.webhook_allow:
            wrong.append("WEBHOOK_ALLOW is for development only")
        return super().unsafe() + wrong
