"""The kinds of mails that there are."""

from dataclasses import dataclass
from typing import Literal

Method = Literal["REQUEST", "CANCEL"]


@dataclass(frozen=True)
class MailKind:
    """`topic` is what such a mail tells the news of: later news of a topic about the same subject overtakes earlier
    news. `calendar` is what it does with the entry of a seat: bring or renew it, or take it back. `settles` are those
    that wait a little for later news, since what changes often changes again at once; not what somebody waits for who
    has just asked for it, what a deadline runs for, or what nothing could overtake.
    """

    name: str
    topic: str
    calendar: Method | None = None
    settles: bool = False


CONFIRMED = MailKind("registration-confirmed", "seat", "REQUEST")
WAITLISTED = MailKind("registration-waitlisted", "seat")
OFFERED = MailKind("registration-offered", "seat")
PROMOTED = MailKind("registration-promoted", "seat", "REQUEST", settles=True)
CANCELLED = MailKind("registration-cancelled", "seat", "CANCEL", settles=True)
SESSION_CANCELLED = MailKind("session-cancelled", "seat", "CANCEL")
RESCHEDULED = MailKind("session-rescheduled", "time", "REQUEST", settles=True)
RECORDING = MailKind("recording-published", "recording", settles=True)
INVITATION = MailKind("invitation-issued", "invitation")
REMINDER = MailKind("session-reminder", "reminder")
SESSION_FULL = MailKind("session-full", "full")
INVITATION_REMINDER = MailKind("invitation-reminder", "invitation")
SIGN_IN = MailKind("sign-in", "sign-in")
GROUP_REQUESTED = MailKind("group-requested", "group")
CERTIFICATE = MailKind("certificate-issued", "certificate")
PROGRESS = MailKind("series-progress", "progress", settles=True)
SUBSCRIPTION_REQUESTED = MailKind("subscription-requested", "subscription")
SUBSCRIPTION_STANDING = MailKind("subscription-standing", "subscription-standing")
SUBSCRIPTION_ENDED = MailKind("subscription-ended", "subscription")
NEWSLETTER = MailKind("newsletter", "newsletter")
NEWSLETTER_TEST = MailKind("newsletter-test", "newsletter-test")
DIGEST = MailKind("digest", "digest")
WEBHOOK_DISABLED = MailKind("webhook-disabled", "webhook")

# Written by staff, or by the week, and the same to many.
ISSUE_KINDS = {kind.name for kind in (NEWSLETTER, NEWSLETTER_TEST, DIGEST)}

KINDS = {
    kind.name: kind
    for kind in (
        CONFIRMED,
        WAITLISTED,
        OFFERED,
        PROMOTED,
        CANCELLED,
        SESSION_CANCELLED,
        RESCHEDULED,
        RECORDING,
        INVITATION,
        REMINDER,
        SESSION_FULL,
        INVITATION_REMINDER,
        SIGN_IN,
        GROUP_REQUESTED,
        CERTIFICATE,
        PROGRESS,
        SUBSCRIPTION_REQUESTED,
        SUBSCRIPTION_STANDING,
        SUBSCRIPTION_ENDED,
        NEWSLETTER,
        NEWSLETTER_TEST,
        DIGEST,
        WEBHOOK_DISABLED,
    )
}

# Each of these has a template of its own.
SINGLE = {name: kind for name, kind in KINDS.items() if name not in ISSUE_KINDS}


def is_bulk(kind: str) -> bool:
    """Whether mails of this kind go to many at once."""
    return kind in (NEWSLETTER.name, DIGEST.name)
