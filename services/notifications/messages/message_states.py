"""The states of a mail, from the event that causes it to the mail server's answer."""

from enum import StrEnum

from shared.state_machines import StateMachine, Transition


class MessageState(StrEnum):
    """`queued`, `retry` and `in_doubt` wait; a sender works on `claimed` and `handing_over`; the others are final,
    until staff resend.
    """

    QUEUED = "queued"
    CLAIMED = "claimed"
    HANDING_OVER = "handing_over"
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    SUPERSEDED = "superseded"


QUEUED, CLAIMED, HANDING_OVER, SENT, RETRY, FAILED, IN_DOUBT, SUPERSEDED = MessageState

WAITING = (QUEUED, RETRY, IN_DOUBT)
AT_WORK = (CLAIMED, HANDING_OVER)

MESSAGE = StateMachine(
    "Message",
    MessageState,
    initial=(QUEUED,),
    transitions=(
        Transition(WAITING, CLAIMED, "a sender claims it"),
        Transition((CLAIMED,), HANDING_OVER, "the sender is about to send its last line"),
        Transition((HANDING_OVER,), CLAIMED, "it was not sent after all"),
        Transition((HANDING_OVER, IN_DOUBT), SENT, "the mail server accepts it"),
        Transition(AT_WORK, RETRY, "refused for now, or the connection broke"),
        Transition(AT_WORK, FAILED, "refused for good, or for 48 hours"),
        Transition(AT_WORK, IN_DOUBT, "its outcome is unknown"),
        Transition((CLAIMED,), QUEUED, "the claim is released"),
        Transition((CLAIMED,), RETRY, "the claim is released"),
        Transition((FAILED, RETRY), QUEUED, "the refusal was of us, not of the recipient"),
        Transition((FAILED,), RETRY, "the refusal was of us, not of the recipient"),
        Transition((FAILED, RETRY), IN_DOUBT, "the refusal was of us, not of the recipient"),
        Transition((*WAITING, CLAIMED), SUPERSEDED, "later news, or an erasure, overtakes it"),
        Transition((SENT, FAILED, IN_DOUBT), QUEUED, "staff resend it"),
        Transition((*WAITING, *AT_WORK), SENT, "after a restore: it had been sent"),
        Transition((QUEUED, RETRY, *AT_WORK), IN_DOUBT, "after a restore: it may have been sent"),
    ),
    table="notifications.messages",
)
