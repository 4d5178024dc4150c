"""All that is personal, in one place."""

from collections.abc import Iterable
from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch_value


def is_erased(conn: Connection, person_id: UUID) -> bool:
    """Whether this person is to be forgotten. Whoever is told no, and those who forget them, take turns."""
    return bool(select_erased(conn, [person_id]))


def select_erased(conn: Connection, people: Iterable[UUID]) -> set[UUID]:
    """As `is_erased`, of several: those of them who are."""
    return {row[0] for row in conn.execute("SELECT erased_among(%(people)s)", {"people": list(people)})}


def blank(conn: Connection, person_id: UUID, *, email: str) -> None:
    """Leave nothing that tells who it was; of mails, that they were."""
    execute(conn, "SELECT pg_advisory_xact_lock(hashtextextended('person:' || %(id)s, 0))", id=str(person_id))
    for sql in (
        "INSERT INTO erased_people (person_id) VALUES (%(id)s) ON CONFLICT DO NOTHING",
        """
        UPDATE messages SET recipient = '', context = '{}', reply = NULL
         WHERE lower(recipient) = lower(%(email)s)
            OR subject IN (SELECT id FROM registrations WHERE person_id = %(id)s
                           UNION ALL SELECT id FROM invitations WHERE person_id = %(id)s
                           UNION ALL SELECT id FROM notices WHERE person_id = %(id)s)
        """,
        """
        UPDATE messages SET state = 'superseded', reason = 'the person was erased', next_attempt_at = NULL,
                            claimed_by = NULL, lease_until = NULL
         WHERE recipient = '' AND state IN ('queued', 'retry', 'in_doubt', 'claimed')
        """,
        "UPDATE registrations SET email = '', name = '', timezone = NULL WHERE person_id = %(id)s",
        "UPDATE invitations SET email = '', name = '' WHERE person_id = %(id)s",
        "DELETE FROM suppressions WHERE email = lower(%(email)s)",
        "DELETE FROM subscriptions WHERE email = lower(%(email)s)",
        "DELETE FROM subscription_requests WHERE email = lower(%(email)s)",
        "DELETE FROM notices WHERE person_id = %(id)s",
        "UPDATE webhooks SET owner_email = '', owner_name = '' WHERE lower(owner_email) = lower(%(email)s)",
        "DELETE FROM completions WHERE person_id = %(id)s",
        "DELETE FROM attendance WHERE person_id = %(id)s",
    ):
        execute(conn, sql, id=person_id, email=email)


def blank_registrar(conn: Connection, registrations: Iterable[UUID]) -> None:
    """Leave nothing in what mails about these registrations say of who made them for somebody else."""
    sql = "UPDATE messages SET context = context - 'registered_by' WHERE subject = ANY(%(registrations)s)"
    execute(conn, sql, registrations=list(registrations))


def is_handing_over(conn: Connection) -> bool:
    """Whether a mail to somebody who was blanked may reach the mail server at this moment; it was too late to stop
    it.
    """
    sql = "SELECT EXISTS (SELECT FROM messages WHERE recipient = '' AND state = 'handing_over')"
    return fetch_value(conn, sql)
