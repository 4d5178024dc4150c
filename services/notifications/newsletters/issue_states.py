"""The states of an issue of the newsletter, or of a digest."""

from enum import StrEnum

from shared.state_machines import StateMachine, Transition


class IssueState(StrEnum):
    """An issue is `sent` once every reader was reached and none of its mails waits; no column says so."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    SENT = "sent"


DRAFT, SCHEDULED, SENDING, PAUSED, CANCELLED, SENT = IssueState

ISSUE = StateMachine(
    "Newsletter issue",
    IssueState,
    initial=(DRAFT, SENDING),
    transitions=(
        Transition((DRAFT,), SCHEDULED, "staff send it, now or later"),
        Transition((SCHEDULED,), DRAFT, "staff cancel it, or it cannot be rendered"),
        Transition((SCHEDULED,), SENDING, "it is due"),
        Transition((SENDING,), PAUSED, "staff pause it"),
        Transition((PAUSED,), SENDING, "staff resume it"),
        Transition((SENDING, PAUSED), CANCELLED, "staff cancel it"),
        Transition((SENDING,), SENT, "none of its mails waits"),
        Transition((SENT,), SENDING, "staff resend one of its mails"),
    ),
    table="notifications.newsletters",
    derived=(SENT,),
)
