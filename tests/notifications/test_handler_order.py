"""The order in which modules of handlers are listed does not matter: projections run before reactions."""

import itertools
from dataclasses import replace
from uuid import uuid4

import pytest

from services.notifications.app import SERVICE
from services.notifications.messages import handlers as messages
from shared import runtime
from shared.events.catalog import SessionPublished
from shared.messaging.handlers import NotYetKnown
from tests.notifications.post_office import PostOffice
from tests.notifications.samples import a_registration, a_session, arrived, confirmed

ORDERS = list(itertools.permutations(range(len(SERVICE.reactions))))


@pytest.mark.parametrize("order", [ORDERS[0], ORDERS[-1], ORDERS[len(ORDERS) // 2]])
@pytest.mark.parametrize("turned", [False, True])
def test_no_email_is_lost_by_another_order(post: PostOffice, order: tuple[int, ...], turned: bool) -> None:
    service = replace(
        SERVICE,
        projections=list(reversed(SERVICE.projections)) if turned else SERVICE.projections,
        reactions=[SERVICE.reactions[place] for place in order],
    )
    session = a_session()
    handlers = service.event_handlers()

    with runtime.use(post.runtime):
        for event in (SessionPublished(session=session), confirmed(a_registration(session))):
            typed, envelope = arrived(event)
            for handler in handlers[envelope.type]:
                handler(post.conn, [(typed, envelope)])

    assert [row["kind"] for row in post.rows()] == ["registration-confirmed"]


def test_a_reaction_without_its_projection_is_tried_again(post: PostOffice) -> None:
    unknown = confirmed(a_registration(a_session(), id=uuid4()))

    with runtime.use(post.runtime), pytest.raises(NotYetKnown):
        messages.queue_confirmations(post.conn, [arrived(unknown)])  # pyright: ignore[reportArgumentType]

    assert post.rows() == []
