"""Forgetting a person in what is kept of messages: outbox, inbox and quarantine."""

from uuid import UUID

from psycopg import Connection

from shared.database import execute

# Where a document names people: `data.<member>.person`.
BLANK = '{"email": "", "name": ""}'


def blank_person(conn: Connection, person_id: UUID, *, email: str) -> None:
    """Leave nothing of this person but their id in events that were published, or received; messages that are no
    events and hold the address are deleted.
    """
    for sql in (
        """
        UPDATE outbox SET document = jsonb_set(document, ARRAY['data', member, 'person'],
                                               (document #> ARRAY['data', member, 'person']) || %(blank)s::jsonb)
          FROM (SELECT position AS place, key AS member FROM outbox, jsonb_each(document -> 'data')
                 WHERE value #>> '{person,id}' = %(id)s) AS found
         WHERE position = place
        """,
        """
        UPDATE inbox SET document = jsonb_set(document, ARRAY['data', member, 'person'],
                                              (document #> ARRAY['data', member, 'person']) || %(blank)s::jsonb)
          FROM (SELECT position AS place, key AS member FROM inbox, jsonb_each(document -> 'data')
                 WHERE value #>> '{person,id}' = %(id)s) AS found
         WHERE position = place
        """,
    ):
        execute(conn, sql, id=str(person_id), blank=BLANK)
    sql = "DELETE FROM quarantine WHERE position(convert_to(%(email)s, 'UTF8') IN body) > 0"
    execute(conn, sql, email=email)
