"""Summaries of all entries for staff."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from shared.database import fetch


@dataclass(frozen=True)
class EntrySummary:
    """An entry in the overview; `initiative` and `series` are the slugs of those it belongs to."""

    id: UUID
    kind: str
    slug: str
    title: str
    state: str
    publish_at: datetime | None
    initiative: str | None
    series: str | None
    status: str | None
    edtf: str | None
    starts_at: datetime | None
    timezone: str | None
    announced_at: datetime | None
    recorded: bool
    waiting: int

    @property
    def problems(self) -> list[str]:
        """Notes on what needs attention."""
        if self.state == "withdrawn":
            return []
        undated = self.kind == "session" and self.status == "planned"
        unrecorded = self.status == "held" and not self.recorded and self.state == "published"
        comments = f"{self.waiting} comment{'' if self.waiting == 1 else 's'} waiting" if self.waiting else ""
        return [
            problem
            for problem in ("No date yet" if undated else "", "No recording" if unrecorded else "", comments)
            if problem
        ]


def select_summaries(conn: Connection, *, words: str, state: str | None) -> list[EntrySummary]:
    """Return initiatives with their parts, in order; `words` occur in the title or slug."""
    sql = """
        SELECT entry.id, entry.kind, entry.slug, entry.title, entry.state, entry.publish_at,
               initiative.slug AS initiative, above.slug AS series, session.status,
               coalesce(session.edtf, series.edtf, own.edtf) AS edtf, session.starts_at, session.timezone,
               announcement.announced_at, recording.id IS NOT NULL AS recorded, coalesce(pending.count, 0) AS waiting
          FROM entries AS entry
          LEFT JOIN initiatives AS own ON own.id = entry.id
          LEFT JOIN series ON series.id = entry.id
          LEFT JOIN sessions AS session ON session.id = entry.id
          LEFT JOIN announcements AS announcement ON announcement.id = entry.id
          LEFT JOIN entries AS initiative
            ON initiative.id = coalesce(own.id, series.initiative_id, session.initiative_id, announcement.initiative_id)
          LEFT JOIN series AS whole ON whole.id = session.series_id
          LEFT JOIN entries AS above ON above.id = whole.id
          LEFT JOIN recordings AS recording ON recording.session_id = entry.id
          LEFT JOIN (SELECT session_id, count(*) FROM comments WHERE status = 'pending' GROUP BY session_id) AS pending
            ON pending.session_id = entry.id
         WHERE entry.kind IN ('initiative', 'series', 'session', 'announcement')
           AND (%(state)s::text IS NULL OR entry.state = %(state)s)
           AND (%(words)s = '' OR strpos(lower(entry.title || ' ' || entry.slug), lower(%(words)s)) > 0)
         ORDER BY initiative.title, initiative.slug, entry.kind <> 'initiative', entry.kind = 'announcement',
                  coalesce(whole.place, series.place) NULLS FIRST,
                  coalesce(above.slug, CASE WHEN entry.kind = 'series' THEN entry.slug END), entry.kind <> 'series',
                  session.place, session.starts_earliest, announcement.announced_at DESC, entry.slug
    """
    return fetch(conn, EntrySummary, sql, words=words.strip(), state=state)


@dataclass(frozen=True)
class OrganizationSummary:
    slug: str
    name: str
    url: str | None
    state: str
    named: int


def select_organizations(conn: Connection, *, words: str) -> list[OrganizationSummary]:
    """Return organizations by name, and how many initiatives and sessions name each."""
    sql = """
        SELECT entry.slug, entry.title AS name, url, entry.state,
               (SELECT count(DISTINCT entry_id) FROM involvements WHERE organization_id = entry.id) AS named
          FROM organizations JOIN entries AS entry USING (id)
         WHERE %(words)s = '' OR strpos(lower(entry.title || ' ' || entry.slug), lower(%(words)s)) > 0
         ORDER BY lower(entry.title), entry.slug
    """
    return fetch(conn, OrganizationSummary, sql, words=words.strip())
