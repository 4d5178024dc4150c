"""The work queue of emails, whose workers are the senders."""

from dataclasses import dataclass
from uuid import UUID

from services.notifications.messages.message_states import AT_WORK, WAITING, MessageState
from shared.work_queue import WorkQueue

# Without its final dot no email was accepted, and the dot is sent only after `handing_over` was committed on the
# connection that holds the worker's lock. So an email that was merely claimed is sent again as if nothing had been, and
# one that was being handed over is in doubt: an email to one person is sent once more, any other waits for staff.
QUEUE = WorkQueue(
    "messages",
    waiting=WAITING,
    worked_on=AT_WORK,
    released_to="""CASE WHEN state = 'handing_over' OR doubts > 0 THEN 'in_doubt'
                        WHEN attempts > 0 THEN 'retry' ELSE 'queued' END""",
    outcome_unknown="""
        reason = CASE WHEN state = 'handing_over' THEN 'its sender ended while handing it over' ELSE reason END,
        next_attempt_at = CASE WHEN state = 'handing_over' AND (doubts > 0 OR category <> 'single')
                               THEN NULL ELSE next_attempt_at END,
        doubts = doubts + (state = 'handing_over')::integer""",
    reclaimed="id, kind, state",
)


@dataclass(frozen=True)
class ReclaimedMail:
    """An email whose sender was lost, and its new state."""

    id: UUID
    kind: str
    state: MessageState
