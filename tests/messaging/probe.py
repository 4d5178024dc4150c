"""A service made for these tests: it listens as `registration` does, and what it does is easy to count.

`python -m tests.messaging.probe catalog|registration` is its worker, a real process with the real library.
"""

import os
import signal
import sys
from uuid import UUID, uuid4

from psycopg import Connection

from shared import worker
from shared.errors import PermanentError
from shared.events.catalog import Admission, Reference, Session, SessionPublished, SessionUpdated, When
from shared.events.envelope import Envelope
from shared.events.registration import Availability, AvailabilityChanged
from shared.messaging import outbox
from shared.messaging.handlers import for_each, on
from shared.service import Service

TABLES = """
    CREATE TABLE effects (subject uuid NOT NULL, sequence bigint NOT NULL, event_id uuid NOT NULL, place bigserial);
    CREATE TABLE copies (id uuid PRIMARY KEY, revision bigint NOT NULL, title text NOT NULL);
    CREATE TABLE troubles (subject uuid PRIMARY KEY, kind text NOT NULL, attempts integer NOT NULL DEFAULT 0);
    GRANT ALL ON effects, copies, troubles, effects_place_seq TO registration;
"""


def make_session(id: UUID | None = None, *, revision: int = 1, title: str = "World Café") -> Session:
    """A session as the catalog would publish it."""
    return Session(
        id=id or uuid4(),
        revision=revision,
        slug="world-cafe",
        title=title,
        format="webinar",
        status="scheduled",
        initiative=Reference(slug="ltc", title="LTC"),
        when=When(edtf="2017-04-06", label="April 6, 2017"),
        registration=Admission(policy="open"),
        page_url="http://localhost:8080/catalog/v1/sessions/world-cafe",
    )


@on("catalog.session.published", "catalog.session.updated")
@for_each
def count_effect(conn: Connection, event: SessionPublished | SessionUpdated, envelope: Envelope) -> None:
    """One row and one event of its own for each event that took effect, and a copy of the session as it is now."""
    _meet_trouble(conn, event.session.id, envelope)
    conn.execute(
        "INSERT INTO effects (subject, sequence, event_id) VALUES (%s, %s, %s)",
        [event.session.id, envelope.sequence, envelope.id],
    )
    conn.execute(
        "INSERT INTO copies (id, revision, title) VALUES (%s, %s, %s) ON CONFLICT (id) DO UPDATE"
        " SET revision = excluded.revision, title = excluded.title WHERE copies.revision < excluded.revision",
        [event.session.id, event.session.revision, event.session.title],
    )
    seats = Availability(
        id=event.session.id, revision=envelope.sequence, session_slug=event.session.slug, confirmed=0, waitlisted=0
    )
    outbox.add(conn, AvailabilityChanged(availability=seats))


def _meet_trouble(conn: Connection, subject: UUID, envelope: Envelope) -> None:
    """Fail as the table `troubles` says, by the attempts that the inbox counted."""
    trouble = conn.execute("SELECT kind, attempts FROM troubles WHERE subject = %s", [subject]).fetchone()
    if trouble is None:
        return
    kind, attempts = trouble
    tried = conn.execute("SELECT attempts FROM inbox WHERE event_id = %s", [str(envelope.id)]).fetchone()
    if kind == "permanent":
        raise PermanentError("this can never work")
    if kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if tried and tried[0] <= attempts:
        raise RuntimeError("not this time")


def main(name: str) -> int:
    handlers = [sys.modules[__name__]] if name == "registration" else []
    service = Service(name, reactions=handlers)
    return worker.run(service.prepare("worker"), service.event_handlers(), [])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
