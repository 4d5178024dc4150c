-- What registration decides by (its copy of the catalog's facts) and what it owns: seats, people, registrations, attendance,
-- views, completions and invitations.

CREATE TABLE sessions (
    id          uuid PRIMARY KEY,
    revision    bigint NOT NULL,
    slug        text NOT NULL,
    title       text NOT NULL,
    status      text NOT NULL,
    policy      text NOT NULL,
    opens_at    timestamptz,
    closes_at   timestamptz,
    starts_at   timestamptz,
    series_slug text
);
CREATE INDEX sessions_slug ON sessions (slug);
COMMENT ON TABLE sessions IS 'A copy: the catalog owns it, its events keep it; only a later revision replaces an earlier one';

CREATE TABLE series (
    id         uuid PRIMARY KEY,
    revision   bigint NOT NULL,
    slug       text NOT NULL,
    sessions   uuid[] NOT NULL,
    counts     text[] NOT NULL,
    invites_to uuid
);
CREATE INDEX series_sessions ON series USING gin (sessions);
CREATE INDEX series_invites_to ON series (invites_to);

CREATE TABLE recordings (
    id               uuid PRIMARY KEY,
    revision         bigint NOT NULL,
    session_id       uuid NOT NULL UNIQUE,
    duration_seconds integer NOT NULL CHECK (duration_seconds > 0)
);

-- A narrow row of its own, so that the hot update neither copies a wide row nor fights the foreign keys' locks on sessions.
CREATE TABLE seats (
    session_id       uuid PRIMARY KEY REFERENCES sessions,
    session_revision bigint NOT NULL,
    capacity         integer CHECK (capacity >= 0),
    ceiling          integer NOT NULL,
    taken            integer NOT NULL DEFAULT 0,
    waitlisted       integer NOT NULL DEFAULT 0 CHECK (waitlisted >= 0),
    joined           bigint NOT NULL DEFAULT 0,
    entries          bigint NOT NULL DEFAULT 0,
    CONSTRAINT never_oversold CHECK (taken BETWEEN 0 AND ceiling)
) WITH (fillfactor = 50);
COMMENT ON COLUMN seats.session_revision IS 'A seat is taken only by who was judged by this revision of the session';
COMMENT ON COLUMN seats.ceiling IS 'What taken may never exceed: the capacity, or what was taken when staff lowered it below that';
COMMENT ON COLUMN seats.joined IS 'Numbers the registrations in the order in which they came';
COMMENT ON COLUMN seats.entries IS 'Numbers the ledger';

-- Apart from seats, so that telling it never stands in the way of who takes a seat.
CREATE TABLE availability (
    session_id uuid PRIMARY KEY REFERENCES sessions,
    revision   bigint NOT NULL,
    capacity   integer,
    taken      integer NOT NULL,
    waitlisted integer NOT NULL,
    told_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE availability IS 'What was last published of each session''s seats';

CREATE TABLE people (
    id         uuid PRIMARY KEY,
    email      text NOT NULL UNIQUE,
    name       text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT programme_now()
);
COMMENT ON TABLE people IS 'Personal data: email and name here, job_title and library in registrations; nothing else in this schema is personal';

CREATE TABLE registrations (
    id            uuid PRIMARY KEY,
    revision      bigint NOT NULL DEFAULT 1,
    session_id    uuid NOT NULL REFERENCES sessions,
    person_id     uuid NOT NULL REFERENCES people,
    status        text NOT NULL CHECK (status IN ('confirmed', 'waitlisted', 'cancelled')),
    joined        bigint NOT NULL,
    job_title     text,
    library       jsonb NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT programme_now(),
    UNIQUE (session_id, joined)
);
CREATE UNIQUE INDEX registrations_one_active ON registrations (session_id, person_id) WHERE status <> 'cancelled';
CREATE INDEX registrations_waiting ON registrations (session_id, joined) WHERE status = 'waitlisted';
CREATE INDEX registrations_person ON registrations (person_id);

CREATE VIEW registration_details AS
    SELECT r.id, r.revision, r.session_id, s.slug AS session_slug, r.status, r.joined, r.person_id, p.email, p.name,
           r.job_title, r.library, r.registered_at,
           CASE WHEN r.status = 'waitlisted' THEN (
               SELECT count(*) FROM registrations AS ahead
                WHERE ahead.session_id = r.session_id AND ahead.status = 'waitlisted' AND ahead.joined <= r.joined
           ) END AS position
      FROM registrations AS r
      JOIN people AS p ON p.id = r.person_id
      JOIN sessions AS s ON s.id = r.session_id;

CREATE TABLE seat_ledger (
    session_id      uuid NOT NULL REFERENCES sessions,
    entry           bigint NOT NULL,
    delta           smallint NOT NULL CHECK (delta IN (-1, 1)),
    taken_after     integer NOT NULL,
    cause           text NOT NULL,
    registration_id uuid NOT NULL REFERENCES registrations,
    at              timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (session_id, entry)
);
COMMENT ON TABLE seat_ledger IS 'Every change of a seat, numbered under the lock of its session: folded, it proves that none was ever oversold';

CREATE TABLE attendance (
    id         uuid PRIMARY KEY,
    revision   bigint NOT NULL DEFAULT 1,
    session_id uuid NOT NULL REFERENCES sessions,
    person_id  uuid NOT NULL REFERENCES people,
    minutes    integer,
    attended   boolean NOT NULL,
    UNIQUE (session_id, person_id)
);
CREATE INDEX attendance_person ON attendance (person_id) WHERE attended;

CREATE TABLE views (
    id            uuid PRIMARY KEY,
    session_id    uuid NOT NULL REFERENCES sessions,
    person_id     uuid NOT NULL REFERENCES people,
    watched       int4multirange NOT NULL DEFAULT '{}',
    last_position integer NOT NULL,
    last_at       timestamptz NOT NULL DEFAULT programme_now(),
    viewed_at     timestamptz,
    UNIQUE (session_id, person_id)
);
CREATE INDEX views_person ON views (person_id) WHERE viewed_at IS NOT NULL;

CREATE TABLE completions (
    id           uuid PRIMARY KEY,
    series_id    uuid NOT NULL REFERENCES series,
    person_id    uuid NOT NULL REFERENCES people,
    completed_at timestamptz NOT NULL DEFAULT programme_now(),
    UNIQUE (series_id, person_id)
);

CREATE TABLE invitations (
    id         uuid PRIMARY KEY,
    revision   bigint NOT NULL DEFAULT 1,
    session_id uuid NOT NULL REFERENCES sessions,
    person_id  uuid NOT NULL REFERENCES people,
    series_id  uuid REFERENCES series,
    status     text NOT NULL DEFAULT 'issued' CHECK (status IN ('issued', 'accepted', 'declined', 'expired')),
    issued_at  timestamptz NOT NULL DEFAULT programme_now(),
    expires_at timestamptz,
    UNIQUE (session_id, person_id)
);
