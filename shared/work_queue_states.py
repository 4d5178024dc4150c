"""The states of a row of a work queue, which are groups of the states of its table."""

from enum import StrEnum

from shared.state_machines import StateMachine, Transition


class WorkState(StrEnum):
    """A row waits, one worker works on it, or it is settled."""

    WAITING = "waiting"
    WORKED_ON = "worked_on"
    SETTLED = "settled"


WAITING, WORKED_ON, SETTLED = WorkState

WORK = StateMachine(
    "Work queue",
    WorkState,
    initial=(WAITING,),
    transitions=(
        Transition((WAITING,), WORKED_ON, "it is due, and a worker claims it (SKIP LOCKED)"),
        Transition((WORKED_ON,), SETTLED, "done, or failed for good"),
        Transition((WORKED_ON,), WAITING, "to be tried again, released, or its worker is lost"),
        Transition((WAITING,), SETTLED, "overtaken by something else"),
        Transition((SETTLED,), WAITING, "it is ordered again"),
    ),
    table="notifications.messages, notifications.webhook_deliveries",
    derived=tuple(WorkState),
)
