"""All that is personal, in one place. Addresses are in small letters."""

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch_dicts, fetch_value

# Registrations, invitations and notices alike: whom a mail is about.
SUBJECTS: LiteralString = """
    SELECT id, person_id, email FROM registrations
    UNION ALL SELECT id, person_id, email FROM invitations
    UNION ALL SELECT id, person_id, email FROM notices
"""


def select_held(conn: Connection, email: str) -> dict[str, list[dict[str, Any]]]:
    """Every row under an address, by the name of what it is; of people of this address their copies too."""
    people: LiteralString = f"SELECT person_id FROM ({SUBJECTS}) AS one WHERE lower(email) = %(email)s"  # noqa: S608
    held: dict[str, LiteralString] = {
        "subscription": """
            SELECT id, email, name, status, library_types, topics, digest, confirmed_at, ended_at
              FROM subscriptions WHERE email = %(email)s""",
        "consents": """
            SELECT act, at, given_from, consents.wording
              FROM consents JOIN subscriptions ON subscriptions.id = subscription_id
             WHERE email = %(email)s ORDER BY consents.id""",
        "subscription_requests": """
            SELECT id, email, name, library_types, topics, digest, asked_at, asked_from, network, wording, confirmed_at
              FROM subscription_requests WHERE email = %(email)s ORDER BY asked_at""",
        "suppressions": "SELECT id, email, reason, detail, since FROM suppressions WHERE email = %(email)s",
        "registrations": """
            SELECT r.id, s.slug AS session, r.status, email, name, r.timezone, registered_at
              FROM registrations AS r JOIN sessions AS s ON s.id = session_id
             WHERE lower(email) = %(email)s ORDER BY registered_at""",
        "invitations": """
            SELECT i.id, s.slug AS session, i.status, email, name, expires_at
              FROM invitations AS i JOIN sessions AS s ON s.id = session_id WHERE lower(email) = %(email)s""",
        "notices": "SELECT id, status, email, name, expires_at FROM notices WHERE lower(email) = %(email)s",
        "attendance": f"SELECT id, session_id, attended FROM attendance WHERE person_id IN ({people})",  # noqa: S608
        "completions": f"SELECT series_id FROM completions WHERE person_id IN ({people})",  # noqa: S608
        "mails": f"""
            SELECT id, kind, recipient, state, caused_at, sent_at, context, reply, reason FROM messages
             WHERE lower(recipient) = %(email)s
                OR recipient <> '' AND subject IN (SELECT id FROM ({SUBJECTS}) AS one WHERE lower(email) = %(email)s)
             ORDER BY position""",  # noqa: S608
        "webhooks": """
            SELECT id, url, description, owner_name, owner_email FROM webhooks WHERE lower(owner_email) = %(email)s""",
    }
    return {name: fetch_dicts(conn, sql, email=email) for name, sql in held.items()}


def lock_person(conn: Connection, person_id: UUID) -> None:
    """Let nobody take in anything of this person, until the transaction ends, who asks whether they are erased."""
    execute(conn, "SELECT pg_advisory_xact_lock(hashtextextended('person:' || %(id)s, 0))", id=str(person_id))


def insert_erased(conn: Connection, person_id: UUID) -> None:
    execute(conn, "INSERT INTO erased_people (person_id) VALUES (%(id)s) ON CONFLICT DO NOTHING", id=person_id)


def adopt_notices(conn: Connection, person_id: UUID, *, emails: Sequence[str]) -> None:
    """Let what waits for somebody whom nobody knew yet, under one of these addresses, be this person's."""
    sql = """
        UPDATE notices SET person_id = %(id)s WHERE person_id = notices.id AND lower(email) = ANY(%(emails)s)
    """
    execute(conn, sql, id=person_id, emails=list(emails))


def blank_messages(conn: Connection, person_id: UUID, *, emails: Sequence[str]) -> None:
    """Leave of this person's mails, and of those to these addresses, that they were; those that wait are not due any
    more. A mail about somebody else stays where the address is theirs now, or where it waits for them.
    """
    sql: LiteralString = f"""
        UPDATE messages SET recipient = '', context = '{{}}', reply = NULL
         WHERE subject IN (SELECT id FROM registrations WHERE person_id = %(id)s
                           UNION ALL SELECT id FROM invitations WHERE person_id = %(id)s
                           UNION ALL SELECT id FROM notices WHERE person_id = %(id)s)
            OR lower(recipient) = ANY(%(emails)s)
               AND NOT EXISTS (SELECT FROM ({SUBJECTS}) AS other
                                WHERE other.id = messages.subject AND person_id <> %(id)s AND email <> ''
                                  AND (lower(email) = lower(recipient)
                                       OR state IN ('queued', 'retry', 'in_doubt', 'claimed', 'handing_over')))
    """  # noqa: S608
    execute(conn, sql, id=person_id, emails=list(emails))
    sql = """
        UPDATE messages SET state = 'superseded', reason = 'the person was erased', next_attempt_at = NULL,
                            claimed_by = NULL, lease_until = NULL
         WHERE recipient = '' AND state IN ('queued', 'retry', 'in_doubt', 'claimed')
    """
    execute(conn, sql)


def is_known(conn: Connection, email: str) -> bool:
    """Whether registration has told of somebody with this address."""
    sql: LiteralString = f"SELECT EXISTS (SELECT FROM ({SUBJECTS}) AS one WHERE lower(email) = %(email)s)"  # noqa: S608
    return fetch_value(conn, sql, email=email)


def blank(conn: Connection, person_id: UUID, *, emails: Sequence[str]) -> None:
    """Leave nothing that tells who it was, of this person or under these addresses; the proof of consents goes with
    the subscription.
    """
    for sql in (
        "UPDATE registrations SET email = '', name = '', timezone = NULL WHERE person_id = %(id)s",
        "UPDATE invitations SET email = '', name = '' WHERE person_id = %(id)s",
        "DELETE FROM suppressions WHERE email = ANY(%(emails)s)",
        "DELETE FROM subscriptions WHERE email = ANY(%(emails)s)",
        "DELETE FROM subscription_requests WHERE email = ANY(%(emails)s)",
        "DELETE FROM notices WHERE person_id = %(id)s",
        "UPDATE webhooks SET owner_email = '', owner_name = '' WHERE lower(owner_email) = ANY(%(emails)s)",
        "DELETE FROM completions WHERE person_id = %(id)s",
        "DELETE FROM attendance WHERE person_id = %(id)s",
    ):
        execute(conn, sql, id=person_id, emails=list(emails))


def delete_deliveries(conn: Connection, *, emails: Sequence[str]) -> None:
    """Forget what outside sites were told that held one of these addresses: what the programme itself published."""
    sql = """
        DELETE FROM webhook_deliveries
         WHERE state IN ('delivered', 'failed')
           AND EXISTS (SELECT FROM unnest(%(emails)s::text[]) AS email WHERE position(email IN lower(body)) > 0)
    """
    execute(conn, sql, emails=list(emails))


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
