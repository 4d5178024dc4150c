"""The states of an invitation."""

from enum import StrEnum

from shared.state_machines import StateMachine, Transition


class InvitationStatus(StrEnum):
    """An `issued` invitation waits for its answer."""

    ISSUED = "issued"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    REVOKED = "revoked"


ISSUED, ACCEPTED, DECLINED, EXPIRED, REVOKED = InvitationStatus

INVITATION = StateMachine(
    "Invitation",
    InvitationStatus,
    initial=(ISSUED,),
    transitions=(
        Transition((ISSUED,), ACCEPTED, "the invited person registers"),
        Transition((ISSUED,), DECLINED, "the invited person declines"),
        Transition((ISSUED,), EXPIRED, "nobody answers in time"),
        Transition((ISSUED,), REVOKED, "staff revoke it, it is transferred, or its person is erased"),
        Transition((DECLINED, EXPIRED, REVOKED), ISSUED, "the person is invited again"),
    ),
    table="registration.invitations",
    column="status",
)
