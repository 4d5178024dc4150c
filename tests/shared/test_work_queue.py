"""Every table that is a work queue moves as the diagram of work queues says, and pauses grow."""

import pytest

from services.notifications.messages.mail_queue import QUEUE as MAILS
from services.notifications.messages.message_states import MESSAGE
from services.notifications.webhooks.deliveries.delivery_states import DELIVERY
from services.notifications.webhooks.sending.queries import QUEUE as WEBHOOKS
from shared.state_machines import StateMachine
from shared.work_queue import Backoff, WorkQueue
from shared.work_queue_states import WORK


@pytest.mark.parametrize(("queue", "machine"), [(MAILS, MESSAGE), (WEBHOOKS, DELIVERY)])
def test_the_states_of_a_table_move_as_those_of_a_work_queue(queue: WorkQueue, machine: StateMachine) -> None:
    for source, target in machine.pairs():
        before, after = queue.role(source), queue.role(target)
        assert before == after or WORK.allows(before, after), (source, target)


def test_the_last_pause_repeats_and_a_longer_wish_counts() -> None:
    backoff = Backoff(pauses=(5.0, 20.0), jitter=(1.0, 1.0))

    assert [backoff.seconds(tries) for tries in (-1, 0, 1, 2, 10)] == [5, 5, 20, 20, 20]
    assert backoff.seconds(0, at_least=7) == 7


def test_a_pause_varies_within_its_jitter() -> None:
    backoff = Backoff(pauses=(100.0,), jitter=(0.75, 1.0))

    pauses = {backoff.seconds(0) for _ in range(100)}

    assert all(75 <= pause <= 100 for pause in pauses)
    assert len(pauses) > 1
