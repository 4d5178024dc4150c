"""The reference of registering: a Flask route with psycopg that takes a seat, inserts a registration and an event
in five round trips (begin, three statements, commit), and does nothing else.
"""

import os
from typing import Any
from uuid import uuid4

import orjson
from flask import Flask, Response, request
from psycopg_pool import ConnectionPool

TABLES = """
    CREATE TABLE bare_sessions (id integer PRIMARY KEY);
    CREATE TABLE bare_seats (session_id integer PRIMARY KEY REFERENCES bare_sessions, taken integer NOT NULL DEFAULT 0,
                             capacity integer NOT NULL, CHECK (taken <= capacity)) WITH (fillfactor = 50);
    CREATE TABLE bare_registrations (
        id uuid PRIMARY KEY, session_id integer NOT NULL REFERENCES bare_sessions, place integer NOT NULL,
        email text NOT NULL, name text NOT NULL, library jsonb NOT NULL, at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (session_id, email), UNIQUE (session_id, place));
    CREATE TABLE bare_events (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL UNIQUE,
                              document jsonb NOT NULL);
    INSERT INTO bare_sessions SELECT generate_series(0, 999);
    INSERT INTO bare_seats (session_id, capacity) SELECT id, 1000000000 FROM bare_sessions;
"""


def create_app() -> Flask:
    """The route, on a pool as large as ours."""
    app = Flask(__name__)
    pool = ConnectionPool(os.environ["DATABASE_URL"], min_size=1, max_size=4, open=True, kwargs={"autocommit": True})

    @app.get("/ready")
    def ready() -> str:
        pool.wait()
        return "ready"

    @app.post("/registrations")
    def register() -> Response:
        wanted: Any = orjson.loads(request.get_data())
        id, session = uuid4(), int(wanted["session"][1:])
        event = {"type": "registered", "id": str(id), "registration": wanted}
        with pool.connection() as conn, conn.transaction():
            row = conn.execute(
                "UPDATE bare_seats SET taken = taken + 1 WHERE session_id = %s AND taken < capacity RETURNING taken",
                [session],
            ).fetchone()
            assert row
            conn.execute(
                "INSERT INTO bare_registrations (id, session_id, place, email, name, library)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                [id, session, row[0], wanted["email"], wanted["name"], orjson.dumps(wanted["library"]).decode()],
            )
            conn.execute(
                "INSERT INTO bare_events (id, document) VALUES (%s, %s)", [uuid4(), orjson.dumps(event).decode()]
            )
        return Response(orjson.dumps({"id": id, "place": row[0]}), 201, content_type="application/json")

    return app
