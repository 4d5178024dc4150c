"""Completing a series, and the invitation that this earns: once per person, whatever the order in which attendance,
views and changes of the series arrive, and never taken back. Whoever has one session to go is told so on the way.
"""

from uuid import UUID

from psycopg import Connection

from services.registration.catalog_projection import queries as projection
from services.registration.catalog_projection.queries import Series
from services.registration.completion import queries
from services.registration.invitations import domain as invitations
from services.registration.people import queries as people
from shared.events import registration as events
from shared.messaging import outbox


def evaluate_people(conn: Connection, session_id: UUID, person_ids: list[UUID]) -> None:
    """See whether having seen this session completes a series for these people."""
    if not person_ids:
        return
    projection.share(conn)
    for series in projection.select_series_counting(conn, session_id):
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
    _tell_progress(conn, series, person_ids)
    invitations.issue_earned(conn, series)


def _tell_progress(conn: Connection, series: Series, person_ids: list[UUID]) -> None:
    """Tell of those who have one session to go, once for each such session."""
    progress = queries.insert_progress(conn, series, person_ids)
    who = people.select_many(conn, [one.person_id for one in progress])
    outbox.add(
        conn,
        *[
            events.SeriesProgressed(
                progress=events.Progress(
                    id=one.id,
                    revision=1,
                    series_id=series.id,
                    series_slug=series.slug,
                    series_title=series.title,
                    counts=series.counts,
                    session_id=one.session_id,
                    seen=one.seen,
                    total=len(series.sessions),
                    person=who[one.person_id],
                )
            )
            for one in progress
        ],
    )
