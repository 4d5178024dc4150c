"""Completing a series, and the invitation that this earns: once per person, whatever the order in which attendance,
views and changes of the series arrive, and never taken back.
"""

from uuid import UUID

from psycopg import Connection

from services.registration.completion import queries
from services.registration.invitations import domain as invitations
from services.registration.people import queries as people
from services.registration.programme import queries as programme
from services.registration.programme.queries import Series
from shared.events import registration as events
from shared.messaging import outbox


def evaluate_people(conn: Connection, session_id: UUID, person_ids: list[UUID]) -> None:
    """See whether having seen this session completes a series for these people."""
    if not person_ids:
        return
    programme.share(conn)
    for series in programme.select_series_counting(conn, session_id):
        _complete(conn, series, person_ids)


def evaluate(conn: Connection, series: Series) -> None:
    """See whom a change of the series, or of the session that it invites to, completes or invites. The caller holds
    the programme's lock.
    """
    _complete(conn, series, queries.select_candidates(conn, series))


def _complete(conn: Connection, series: Series, person_ids: list[UUID]) -> None:
    if not series.sessions:
        return
    # Two things that somebody sees at once must not both miss the other: one is judged after the other.
    people.lock(conn, person_ids)
    completions = queries.insert_completions(conn, series, person_ids)
    who = people.select_many(conn, [completion.person_id for completion in completions])
    outbox.add(
        conn,
        *[
            events.SeriesCompleted(
                completion=events.Completed(
                    id=completion.id,
                    revision=1,
                    series_id=series.id,
                    series_slug=series.slug,
                    person=who[completion.person_id],
                    completed_at=completion.completed_at,
                )
            )
            for completion in completions
        ],
    )
    invitations.issue_earned(conn, series)
