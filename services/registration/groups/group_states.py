"""The states of a request to register a group."""

from enum import StrEnum

from shared.state_machines import StateMachine, Transition


class GroupStatus(StrEnum):
    """While it is `pending`, seats may be held for it."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


PENDING, CONFIRMED, EXPIRED, WITHDRAWN = GroupStatus

GROUP_REQUEST = StateMachine(
    "Group request",
    GroupStatus,
    initial=(PENDING,),
    transitions=(
        Transition((PENDING,), CONFIRMED, "the registrar follows the link in the email"),
        Transition((PENDING,), EXPIRED, "nobody follows it within a day"),
        Transition((PENDING,), WITHDRAWN, "the registrar is erased"),
    ),
    table="registration.group_requests",
    column="status",
)
