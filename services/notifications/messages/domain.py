"""The rule by which a mail that was due stops being so."""

from datetime import datetime

from services.notifications.catalog_projection.queries import Session
from services.notifications.messages.about import About
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
from services.notifications.messages.queries import Facts


def overtaken(facts: Facts, about: About | None) -> str | None:
    """Why this mail is not to be sent any more, by what is known now; None while it is due."""
    kind, session = KINDS[facts.kind], about if isinstance(about, Session) else None
    if not facts.email:
        return "the person was erased"
    if facts.suppressed:
        return f"no mail goes to this address: {facts.suppressed}"
    if facts.overtaken_by:
        return f"overtaken by {facts.overtaken_by}"
    if facts.recording_withdrawn:
        return "the recording was withdrawn"
    if kind.topic == "invitation" and facts.status != "issued":
        return f"the invitation is {facts.status} by now"
    if kind.topic in ("time", "recording", "reminder") and facts.status != "confirmed":
        return f"the registration is {facts.status} by now"
    if kind == SESSION_FULL and facts.status != "waitlisted":
        return f"the registration is {facts.status} by now"
    if (
        kind in (SIGN_IN, GROUP_REQUESTED, SUBSCRIPTION_REQUESTED)
        and facts.expires_at
        and facts.expires_at <= facts.dated_at
    ):
        return "the link is not good any more"
    if kind in (NEWSLETTER, DIGEST) and facts.status != "confirmed":
        return "the reader has left"
    if kind == DIGEST and about is None:
        return "nothing is new for this reader"
    if kind == SUBSCRIPTION_REQUESTED and facts.status == "confirmed":
        return "the subscription is confirmed by now"
    if kind == SUBSCRIPTION_ENDED and facts.status != "ended":
        return "the reader has subscribed again"
    if kind == CERTIFICATE and facts.status != "issued":
        return f"the certificate is {facts.status} by now"
    if kind == WEBHOOK_DISABLED and facts.status != "disabled":
        return f"the webhook is {facts.status} by now"
    if kind == PROGRESS and facts.status != "issued":
        return f"the series is {facts.status} by now"
    if session and session.status == "cancelled" and kind.calendar != "CANCEL":
        return "the session is cancelled by now"
    return _overtaken_by_time(facts, session) if session else None


def _overtaken_by_time(facts: Facts, session: Session) -> str | None:
    """Why it is too late, or too early again, for what this mail says of a session."""
    kind, begins = KINDS[facts.kind], session.starts_at
    if kind == REMINDER and begins != datetime.fromisoformat(facts.context["starts_at"]):
        return "the session was moved"
    if kind == SESSION_FULL and (begins is None or begins > facts.dated_at):
        return "the session was moved"
    if begins is None:
        return None
    if (kind in (REMINDER, OFFERED) or kind.topic == "invitation") and begins <= facts.dated_at:
        return "the session has begun"
    if kind == PROMOTED and (session.ends_at or begins) <= facts.dated_at:
        return "the session is over"
    return None
