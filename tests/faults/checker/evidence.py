"""What a run left behind: rows of the three schemas, mails, and what clients recorded."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.faults.history import History, Operation
from tests.faults.mailsink import Handed
from tests.faults.site import FaultSite

Row = dict[str, Any]

QUERIES = {
    "registrations": """
        SELECT r.id::text, p.email, s.slug AS session, r.status, r.joined, r.revision, p.erased_at IS NOT NULL AS erased
          FROM registration.registrations AS r
          JOIN registration.people AS p ON p.id = r.person_id
          JOIN registration.sessions AS s ON s.id = r.session_id""",
    "seats": """
        SELECT s.slug AS session, c.capacity, c.ceiling, c.taken, c.held, c.waitlisted
          FROM registration.seats AS c JOIN registration.sessions AS s ON s.id = c.session_id""",
    "ledger": """
        SELECT s.slug AS session, l.entry, l.delta, l.taken_after, l.cause, l.registration_id::text,
               extract(epoch FROM l.at)::float AS at
          FROM registration.seat_ledger AS l JOIN registration.sessions AS s ON s.id = l.session_id
         ORDER BY l.session_id, l.entry""",
    "events": """
        SELECT position, event_id::text, type, subject, sequence,
               document #>> '{data,registration,session_slug}' AS session,
               coalesce(document #>> '{data,registration,person,id}', document #>> '{data,invitation,person,id}',
                        document #>> '{data,request,person,id}') AS person_id
          FROM registration.outbox ORDER BY position""",
    "erased": """
        SELECT p.id::text, e.id::text AS erasure, extract(epoch FROM e.notifications_done_at)::float AS done
          FROM registration.erasures AS e JOIN registration.people AS p ON p.id = e.person_id""",
    "completions": """
        SELECT p.email FROM registration.completions AS c JOIN registration.people AS p ON p.id = c.person_id""",
    "invitations": """
        SELECT p.email, i.id::text, i.status
          FROM registration.invitations AS i JOIN registration.people AS p ON p.id = i.person_id""",
    "messages": """
        SELECT id::text, kind, recipient, state, doubts, attempts, reply, reason, event_id::text, subject::text
          FROM notifications.messages""",
    "copies": """
        SELECT e.slug AS session, e.revision AS catalog, r.revision AS registration, n.revision AS notifications,
               c.revision AS seats_in_catalog, a.revision AS seats_told
          FROM catalog.entries AS e
          LEFT JOIN registration.sessions AS r ON r.id = e.id
          LEFT JOIN notifications.sessions AS n ON n.id = e.id
          LEFT JOIN catalog.availability AS c ON c.session_id = e.id
          LEFT JOIN registration.availability AS a ON a.session_id = e.id
         WHERE e.kind = 'session'""",
    "differing": """
        SELECT r.id::text, r.status, r.revision, n.status AS status_there, n.revision AS revision_there
          FROM registration.registrations AS r
          JOIN registration.people AS p ON p.id = r.person_id
          LEFT JOIN notifications.registrations AS n ON n.id = r.id
         WHERE p.erased_at IS NULL AND (r.status, r.revision) IS DISTINCT FROM (n.status, n.revision)""",
    "set_aside": """
        SELECT 'catalog' AS service, (SELECT count(*) FROM catalog.quarantine) AS messages,
               (SELECT count(*) FROM catalog.inbox WHERE status = 'quarantined') AS events
         UNION ALL
        SELECT 'registration', (SELECT count(*) FROM registration.quarantine),
               (SELECT count(*) FROM registration.inbox WHERE status = 'quarantined')
         UNION ALL
        SELECT 'notifications', (SELECT count(*) FROM notifications.quarantine),
               (SELECT count(*) FROM notifications.inbox WHERE status = 'quarantined')""",
}


@dataclass
class Evidence:
    """`rows` by the names of `QUERIES`; `waiting` is what had not come to rest, `mirror` what an outside site that
    followed the changes holds otherwise than the catalog, `nonsense` how many messages that are no events each service
    was sent, from and to; `unserved` the steps of the plan after which nobody was served for a minute and a half.
    """

    rows: dict[str, list[Row]]
    operations: list[Operation]
    mails: list[Handed]
    waiting: list[str] = field(default_factory=list)
    mirror: list[str] = field(default_factory=list)
    nonsense: dict[str, tuple[int, int]] = field(default_factory=dict)
    unserved: list[str] = field(default_factory=list)
    server_errors: list[str] = field(default_factory=list)

    def of(self, *kinds: str) -> list[Operation]:
        return [operation for operation in self.operations if operation.kind in kinds]

    @cached_property
    def registrations(self) -> dict[str, Row]:
        return {row["id"]: row for row in self.rows["registrations"]}

    @cached_property
    def erased(self) -> set[str]:
        """Addresses whose owners were to be forgotten, whether or not that was acknowledged."""
        return {operation.wanted["email"] for operation in self.of("erase")}

    @cached_property
    def mails_by_id(self) -> dict[str, list[Handed]]:
        found: dict[str, list[Handed]] = defaultdict(list)
        for mail in self.mails:
            found[mail.id].append(mail)
        return found


def collect(site: FaultSite, history: History, **rest: Any) -> Evidence:
    """Read everything. `rest` is what `Evidence` has beside."""
    rows = {name: site.query(sql.replace("%", "%%")) for name, sql in QUERIES.items()}
    errors = [line for lines in history.lines.values() for line in lines if line.get("status") == 500]
    return Evidence(
        rows=rows,
        operations=list(history.operations.values()),
        mails=site.sink.accepted(),
        server_errors=[f"{line['kind']} {line['op']}" for line in errors],
        **rest,
    )
