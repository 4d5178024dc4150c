"""The kinds of mails that there are."""

from dataclasses import dataclass
from typing import Literal

Method = Literal["REQUEST", "CANCEL"]


@dataclass(frozen=True)
class Kind:
    """`topic` is what such a mail tells the news of: later news of a topic about the same subject overtakes earlier
    news. `calendar` is what it does with the entry of a seat: bring or renew it, or take it back.
    """

    name: str
    topic: str
    calendar: Method | None = None


CONFIRMED = Kind("registration-confirmed", "seat", "REQUEST")
WAITLISTED = Kind("registration-waitlisted", "seat")
OFFERED = Kind("registration-offered", "seat")
PROMOTED = Kind("registration-promoted", "seat", "REQUEST")
CANCELLED = Kind("registration-cancelled", "seat", "CANCEL")
SESSION_CANCELLED = Kind("session-cancelled", "seat", "CANCEL")
RESCHEDULED = Kind("session-rescheduled", "time", "REQUEST")
RECORDING = Kind("recording-published", "recording")
INVITATION = Kind("invitation-issued", "invitation")
REMINDER = Kind("session-reminder", "reminder")
INVITATION_REMINDER = Kind("invitation-reminder", "invitation")
SIGN_IN = Kind("sign-in", "sign-in")
CERTIFICATE = Kind("certificate-issued", "certificate")
PROGRESS = Kind("series-progress", "progress")

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
        INVITATION_REMINDER,
        SIGN_IN,
        CERTIFICATE,
        PROGRESS,
    )
}
