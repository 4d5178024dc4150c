"""Forgetting a person in what is kept of messages and answers: outbox, inbox, quarantine, idempotency keys."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from shared.database import execute

# Where a document names people: `data.<member>.person`.
BLANK = '{"email": "", "name": ""}'


def without_people(document: dict[str, Any]) -> dict[str, Any]:
    """An event's document as it is once everybody whom it names was forgotten."""
    data = document.get("data")
    if not isinstance(data, dict):
        return document
    return {**document, "data": {member: _without_people(value) for member, value in data.items()}}


def _without_people(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    blanked = dict(value)
    if isinstance(value.get("person"), dict):
        blanked["person"] = {**value["person"], "email": "", "name": ""}
    if "registered_by" in value:
        blanked["registered_by"] = None
    if "former_emails" in value:
        blanked["former_emails"] = []
    return blanked


def blank_person(conn: Connection, person_id: UUID, *, emails: Sequence[str]) -> None:
    """Leave nothing of this person but their id in events that were published, or received; messages that are no
    events and answers that are kept are deleted where they hold one of the addresses, in whatever case. Events about
    somebody whom nobody knew yet have their own subject as the person's id, and are known by the address.
    """
    for sql in (
        """
        UPDATE outbox SET document = jsonb_set(document, ARRAY['data', member, 'person'],
                                               (document #> ARRAY['data', member, 'person']) || %(blank)s::jsonb)
          FROM (SELECT position AS place, key AS member FROM outbox, jsonb_each(document -> 'data')
                 WHERE value #>> '{person,id}' = %(id)s
                    OR value #>> '{person,id}' = value ->> 'id'
                       AND lower(value #>> '{person,email}') = ANY(%(emails)s)) AS found
         WHERE position = place
        """,
        """
        UPDATE inbox SET document = jsonb_set(document, ARRAY['data', member, 'person'],
                                              (document #> ARRAY['data', member, 'person']) || %(blank)s::jsonb)
          FROM (SELECT position AS place, key AS member FROM inbox, jsonb_each(document -> 'data')
                 WHERE value #>> '{person,id}' = %(id)s
                    OR value #>> '{person,id}' = value ->> 'id'
                       AND lower(value #>> '{person,email}') = ANY(%(emails)s)) AS found
         WHERE position = place
        """,
        """
        UPDATE outbox SET document = jsonb_set(document, '{data,erasure,former_emails}', '[]', false)
         WHERE type = 'registration.person.erased' AND document #>> '{data,erasure,person,id}' = %(id)s
        """,
        """
        UPDATE inbox SET document = jsonb_set(document, '{data,erasure,former_emails}', '[]', false)
         WHERE type = 'registration.person.erased' AND document #>> '{data,erasure,person,id}' = %(id)s
        """,
    ):
        execute(conn, sql, id=str(person_id), emails=list(emails), blank=BLANK)
    _delete_messages(conn, emails)
    delete_stored_responses(conn, emails)


def _delete_messages(conn: Connection, emails: Sequence[str]) -> None:
    """Delete quarantined messages that hold one of the addresses."""
    # Compares bytes, since a message that is no event need not be text. `escape` writes non-ASCII bytes as numbers.
    sql = """
        DELETE FROM quarantine
         WHERE EXISTS (SELECT FROM unnest(%(emails)s::text[]) AS email
                        WHERE position(lower(encode(convert_to(email, 'UTF8'), 'escape'))
                                       IN lower(encode(body, 'escape'))) > 0)
    """
    execute(conn, sql, emails=list(emails))


def blank_events(conn: Connection, source: str, ids: Iterable[UUID]) -> None:
    """Leave nothing of anybody but their ids in these events that were received."""
    sql = """
        UPDATE inbox SET document = jsonb_set(document, ARRAY['data', member, 'person'],
                                              (document #> ARRAY['data', member, 'person']) || %(blank)s::jsonb)
          FROM (SELECT position AS place, key AS member FROM inbox, jsonb_each(document -> 'data')
                 WHERE source = %(source)s AND event_id = ANY(%(ids)s::text[])
                   AND value #> '{person}' IS NOT NULL) AS found
         WHERE position = place
    """
    execute(conn, sql, source=source, ids=[str(id) for id in ids], blank=BLANK)


def blank_registrar(conn: Connection, registrations: Iterable[UUID]) -> None:
    """Leave nothing in events of who it was that registered somebody else, of these registrations."""
    for sql in (
        """
        UPDATE outbox SET document = jsonb_set(document, '{data,registration,registered_by}', 'null')
         WHERE aggregate = 'registration' AND subject = ANY(%(registrations)s)
           AND document #>> '{data,registration,registered_by}' IS NOT NULL
        """,
        """
        UPDATE inbox SET document = jsonb_set(document, '{data,registration,registered_by}', 'null')
         WHERE aggregate = 'registration' AND subject = ANY(%(registrations)s)
           AND document #>> '{data,registration,registered_by}' IS NOT NULL
        """,
    ):
        execute(conn, sql, registrations=list(map(str, registrations)))


def delete_stored_responses(conn: Connection, naming: Iterable[str]) -> None:
    """Delete the answers kept for idempotency keys that hold one of these texts, such as the id of something that is a
    person's: a request that is sent again under such a key is a new one.
    """
    sql = """
        DELETE FROM idempotency_keys
         WHERE EXISTS (SELECT FROM unnest(%(naming)s::text[]) AS name
                        WHERE position(convert_to(name, 'UTF8') IN body) > 0)
    """
    execute(conn, sql, naming=list(naming))
