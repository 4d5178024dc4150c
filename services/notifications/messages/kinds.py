"""The kinds of mails that there are."""

from dataclasses import dataclass
from typing import Literal

Method = Literal["REQUEST", "CANCEL"]


@dataclass(frozen=True)
class Kind:
    """`topic` is what such a mail tells the news of: later news of a topic about the same subject overtakes earlier
    news. `calendar` is what it does with the entry of a seat: bring or renew it, or take it back. `settles` are those
    that wait a little for later news, since what changes often changes again at once; not what somebody waits for who
    has just asked for it, what a deadline runs for, or what nothing could overtake.
    """

    name: str
    topic: str
    calendar: Method | None = None
    settles: bool = False


CONFIRMED = Kind("registration-confirmed", "seat", "REQUEST")
WAITLISTED = Kind("registration-waitlisted", "seat")
OFFERED = Kind("registration-offered", "seat")
PROMOTED = Kind("registration-promoted", "seat", "REQUEST", settles=True)
CANCELLED = Kind("registration-cancelled", "seat", "CANCEL", settles=True)
SESSION_CANCELLED = Kind("session-cancelled", "seat", "CANCEL")
RESCHEDULED = Kind("session-rescheduled", "time", "REQUEST", settles=True)
RECORDING = Kind("recording-published", "recording", settles=True)
INVITATION = Kind("invitation-issued", "invitation")
REMINDER = Kind("session-reminder", "reminder")
SESSION_FULL = Kind("session-full", "full")
INVITATION_REMINDER = Kind("invitation-reminder", "invitation")
SIGN_IN = Kind("sign-in", "sign-in")
GROUP_REQUESTED = Kind("group-requested", "group")
CERTIFICATE = Kind("certificate-issued", "certificate")
PROGRESS = Kind("series-progress", "progress", settles=True)
SUBSCRIPTION_REQUESTED = Kind("subscription-requested", "subscription")
SUBSCRIPTION_STANDING = Kind("subscription-standing", "subscription-standing")
SUBSCRIPTION_ENDED = Kind("subscription-ended", "subscription")
NEWSLETTER = Kind("newsletter", "newsletter")
NEWSLETTER_TEST = Kind("newsletter-test", "newsletter-test")
DIGEST = Kind("digest", "digest")
WEBHOOK_DISABLED = Kind("webhook-disabled", "webhook")

# Written by staff, or by the week, and the same to many.
LETTERS = {kind.name for kind in (NEWSLETTER, NEWSLETTER_TEST, DIGEST)}

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
SINGLE = {name: kind for name, kind in KINDS.items() if name not in LETTERS}


def is_bulk(kind: str) -> bool:
    """Whether mails of this kind go to many at once."""
    return kind in (NEWSLETTER.name, DIGEST.name)
