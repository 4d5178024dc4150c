"""Registration in this process, as learners, staff and the catalog's events see it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from deploy.clock import set_clock
from services.registration.app import SERVICE
from shared import runtime, signed_links
from shared.events.catalog import RecordingPublished, SeriesUpdated, Session, SessionUpdated
from shared.events.envelope import Event, load, wrap
from shared.signed_links import Ticket
from tests.registration.samples import make_recording, make_session
from tests.web_client import WebClient, WebResponse

V1 = "/registration/v1"
LIBRARY = {"name": "Springfield Public Library", "type": "public"}


class Registration:
    """Registration as learners, staff and the catalog's events see it."""

    def __init__(self, client: WebClient, conn: psycopg.Connection[Any], clock: Path, token: str) -> None:
        self.client = client
        self.conn = conn
        self.clock = clock
        self.staff = {"Authorization": f"Bearer {token}"}

    def hear(self, event: Event) -> None:
        """Let the handlers of this event run, as the processor does."""
        document = wrap(event, time=datetime.now(UTC))[1]
        data, envelope = load(document)
        for handler in SERVICE.event_handlers()[envelope.type]:
            handler(self.conn, [(data, envelope)])

    def hold(self, slug: str = "world-cafe", **facts: Any) -> Session:
        """Know of a session."""
        session = make_session(slug, **facts)
        self.hear(SessionUpdated(session=session))
        return session

    def know_series(self, series: Any) -> None:
        self.hear(SeriesUpdated(series=series))

    def know_recording(self, session: Session, *, seconds: int = 5400) -> None:
        self.hear(RecordingPublished(recording=make_recording(session, seconds=seconds)))

    def register(self, email: str, slug: str = "world-cafe", **fields: Any) -> WebResponse:
        headers = {"Idempotency-Key": fields.pop("key")} if "key" in fields else {}
        body = {"session": slug, "email": email, "name": "Ada Lovelace", "library": LIBRARY, **fields}
        return self.client.post(f"{V1}/registrations", json=body, headers=headers)

    def link(self, registered: WebResponse) -> str:
        """The link in the mail to the one who registered."""
        id = registered.json["id"]
        ends_at = datetime(2100, 1, 1, tzinfo=UTC)
        token = signed_links.issue(runtime.settings(), signed_links.MANAGE, Ticket(id, 0, ends_at))
        return f"{V1}/registrations/{id}?token={token}"

    def status(self, registered: WebResponse) -> tuple[str, int | None]:
        found = self.client.get(self.link(registered)).json
        assert found
        return found["status"], found["position"]

    def availability(self, slug: str = "world-cafe") -> Any:
        return self.client.get(f"{V1}/sessions/{slug}/availability").json

    def roster(self, slug: str = "world-cafe", **query: str) -> Any:
        response = self.client.get(f"{V1}/sessions/{slug}/registrations", query_string=query, headers=self.staff)
        assert response.status_code == 200, response.text
        return response.json

    def attend(self, *rows: tuple[str, int], slug: str = "world-cafe") -> Any:
        """Apply a platform's report of (address, minutes)."""
        lines = "\n".join(f"Ada,{email},{minutes},No" for email, minutes in rows)
        report = f"Name (Original Name),User Email,Duration (Minutes),Guest\n{lines}\n"
        response = self.client.post(
            f"{V1}/sessions/{slug}/attendance", data=report.encode(), content_type="text/csv", headers=self.staff
        )
        assert response.status_code == 200, response.text
        return response.json

    def watch(self, email: str, position: int, slug: str = "world-cafe") -> Any:
        token = signed_links.sign(
            runtime.settings(), "learner", str(self.value("SELECT id FROM people WHERE email = %s", email))
        )
        body = {"position_seconds": position, "duration_seconds": 5400}
        return self.client.post(f"{V1}/sessions/{slug}/views?token={token}", json=body).json

    def watch_all(self, email: str, slug: str, *, begin: str, seconds: int) -> Any:
        """Play a recording of so many seconds from `begin`, with a heartbeat a minute."""
        start = datetime.fromisoformat(begin).timestamp()
        found = None
        for position in range(0, seconds + 1, 60):
            self.set_time(datetime.fromtimestamp(start + position, UTC).isoformat())
            found = self.watch(email, position, slug)
        return found

    def set_time(self, moment: str) -> None:
        set_clock(self.clock, moment)
        runtime.current().database.set_clock(self.conn)

    def value(self, query: LiteralString, *params: Any) -> Any:
        row = self.conn.execute(query, params).fetchone()
        return row[0] if row else None

    def events(self, *aggregates: str) -> list[str]:
        """The types of the events recorded so far, of these aggregates, without the service's name."""
        rows = self.conn.execute(
            "SELECT type FROM outbox WHERE aggregate = ANY(%s) ORDER BY position", [list(aggregates)]
        )
        return [row[0].removeprefix("registration.") for row in rows]
