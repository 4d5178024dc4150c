"""The rule by which a mail that was due stops being so."""

from datetime import datetime

from services.notifications.catalog_projection.queries import Session
from services.notifications.delivery.mail_sources import MailSource
from services.notifications.messages.kinds import (
    CERTIFICATE,
    DIGEST,
    GROUP_REQUESTED,
    KINDS,
    NEWSLETTER,
    OFFERED,
    PROGRESS,
    PROMOTED,
    REMINDER,
    SESSION_FULL,
    SIGN_IN,
    SUBSCRIPTION_ENDED,
    SUBSCRIPTION_REQUESTED,
    WEBHOOK_DISABLED,
)
from services.notifications.messages.mail_context_queries import MailContext


def superseded_reason(mail: MailContext, source: MailSource | None) -> str | None:
    """Why this mail is not to be sent any more, by what is known now; None while it is due."""
    kind, session = KINDS[mail.kind], source if isinstance(source, Session) else None
    if not mail.email:
        return "the person was erased"
    if mail.suppressed:
        return f"no mail goes to this address: {mail.suppressed}"
    if mail.overtaken_by:
        return f"overtaken by {mail.overtaken_by}"
    if mail.recording_withdrawn:
        return "the recording was withdrawn"
    if kind.topic == "invitation" and mail.status != "issued":
        return f"the invitation is {mail.status} by now"
    if kind.topic in ("time", "recording", "reminder") and mail.status != "confirmed":
        return f"the registration is {mail.status} by now"
    if kind == SESSION_FULL and mail.status != "waitlisted":
        return f"the registration is {mail.status} by now"
    if (
        kind in (SIGN_IN, GROUP_REQUESTED, SUBSCRIPTION_REQUESTED)
        and mail.expires_at
        and mail.expires_at <= mail.dated_at
    ):
        return "the link is not good any more"
    if kind in (NEWSLETTER, DIGEST) and mail.status != "confirmed":
        return "the reader has left"
    if kind == DIGEST and source is None:
        return "nothing is new for this reader"
    if kind == SUBSCRIPTION_REQUESTED and mail.status == "confirmed":
        return "the subscription is confirmed by now"
    if kind == SUBSCRIPTION_ENDED and mail.status != "ended":
        return "the reader has subscribed again"
    if kind == CERTIFICATE and mail.status != "issued":
        return f"the certificate is {mail.status} by now"
    if kind == WEBHOOK_DISABLED and mail.status != "disabled":
        return f"the webhook is {mail.status} by now"
    if kind == PROGRESS and mail.status != "issued":
        return f"the series is {mail.status} by now"
    if session and session.status == "cancelled" and kind.calendar != "CANCEL":
        return "the session is cancelled by now"
    return _superseded_by_time(mail, session) if session else None


def _superseded_by_time(mail: MailContext, session: Session) -> str | None:
    """Why it is too late, or too early again, for what this mail says of a session."""
    kind, begins = KINDS[mail.kind], session.starts_at
    if kind == REMINDER and begins != datetime.fromisoformat(mail.context["starts_at"]):
        return "the session was moved"
    if kind == SESSION_FULL and (begins is None or begins > mail.dated_at):
        return "the session was moved"
    if begins is None:
        return None
    if (kind in (REMINDER, OFFERED) or kind.topic == "invitation") and begins <= mail.dated_at:
        return "the session has begun"
    if kind == PROMOTED and (session.ends_at or begins) <= mail.dated_at:
        return "the session is over"
    return None
