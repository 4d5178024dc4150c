"""People."""

from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch, fetch_one
from shared.events.registration import Person


def select_many(conn: Connection, ids: list[UUID]) -> dict[UUID, Person]:
    sql = "SELECT id, email, name, generation FROM people WHERE id = ANY(%(ids)s)"
    return {person.id: person for person in fetch(conn, Person, sql, ids=ids)}


def select_by_email(conn: Connection, email: str) -> Person | None:
    """The person with this folded address."""
    sql = "SELECT id, email, name, generation FROM people WHERE email = %(email)s"
    return fetch_one(conn, Person, sql, email=email)


def select_known_emails(conn: Connection, emails: list[str]) -> set[str]:
    """Returns those of these folded addresses that somebody has."""
    sql = "SELECT email FROM people WHERE email = ANY(%(emails)s) AND erased_at IS NULL"
    return {row[0] for row in conn.execute(sql, {"emails": emails})}


def select_former_emails(conn: Connection, id: UUID) -> list[str]:
    """The addresses that this person had before, without those that somebody else has now."""
    sql = """
        SELECT email FROM former_addresses AS former
         WHERE person_id = %(id)s AND NOT EXISTS (SELECT FROM people WHERE people.email = former.email)
         ORDER BY email
    """
    return [row[0] for row in conn.execute(sql, {"id": id})]


def select_erased(conn: Connection, ids: list[UUID]) -> set[UUID]:
    """Those of these people who were erased."""
    sql = "SELECT id FROM people WHERE id = ANY(%(ids)s) AND erased_at IS NOT NULL"
    return {row[0] for row in conn.execute(sql, {"ids": ids})}


def share_living(conn: Connection, id: UUID) -> bool:
    """Let nobody erase this person until the transaction ends; False where they are erased, or nobody."""
    sql = "SELECT FROM people WHERE id = %(id)s AND erased_at IS NULL FOR KEY SHARE"
    return bool(execute(conn, sql, id=id))


def lock_living(conn: Connection, id: UUID) -> bool:
    """As `share_living`; nobody else changes this person meanwhile."""
    sql = "SELECT FROM people WHERE id = %(id)s AND erased_at IS NULL FOR UPDATE"
    return bool(execute(conn, sql, id=id))


def lock(conn: Connection, ids: list[UUID]) -> None:
    """Let nobody else judge the progress of these people until the transaction ends."""
    sql = "SELECT FROM people WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE"
    execute(conn, sql, ids=ids)


def insert_missing(conn: Connection, people: list[Person]) -> dict[str, UUID]:
    """Know these people; their ids by address. Whoever is known keeps their name, and ids are given here."""
    sql = """
        WITH wanted AS (
            SELECT DISTINCT ON (email) email, name
              FROM unnest(%(emails)s::text[], %(names)s::text[]) AS row (email, name)
        )
        INSERT INTO people (id, email, name) SELECT gen_random_uuid(), email, name FROM wanted ORDER BY email
        ON CONFLICT (email) DO UPDATE SET name = people.name
        RETURNING email, id
    """
    given = {"emails": [person.email for person in people], "names": [person.name for person in people]}
    return dict(conn.execute(sql, given).fetchall())


def rename(conn: Connection, id: UUID, *, email: str, name: str) -> bool:
    """Correct a person's address and name; False where another person has that address. The database keeps the
    address that they had (`former_addresses`), the links that were mailed to it end, and nobody has proved the new one.
    """
    sql = """
        UPDATE people
           SET email = %(email)s, name = %(name)s, generation = generation + (email <> %(email)s)::int,
               proved_at = CASE WHEN email = %(email)s THEN proved_at END
         WHERE id = %(id)s AND NOT EXISTS (SELECT FROM people WHERE email = %(email)s AND id <> %(id)s)
    """
    return bool(execute(conn, sql, id=id, email=email, name=name))


def mark_proved(conn: Connection, email: str) -> None:
    """Note that somebody who is known showed just now that mail to their address reaches them."""
    execute(conn, "UPDATE people SET proved_at = programme_now() WHERE email = %(email)s", email=email)


def raise_generation(conn: Connection, id: UUID) -> None:
    """End all links that were mailed to a person so far."""
    execute(conn, "UPDATE people SET generation = generation + 1 WHERE id = %(id)s", id=id)
