"""The states of a session's recording."""

from enum import StrEnum

from shared.state_machines import StateMachine, Transition


class RecordingState(StrEnum):
    """Each state is a table: `recordings` holds those that are published, `withdrawn_recordings` the id and revision
    with which a withdrawn one continues.
    """

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


PUBLISHED, WITHDRAWN = RecordingState

RECORDING = StateMachine(
    "Recording",
    RecordingState,
    initial=(PUBLISHED,),
    transitions=(
        Transition((PUBLISHED,), WITHDRAWN, "staff withdraw it"),
        Transition((WITHDRAWN,), PUBLISHED, "staff publish it again, under the same id"),
    ),
    table="catalog.recordings, catalog.withdrawn_recordings",
    derived=(PUBLISHED, WITHDRAWN),
)
