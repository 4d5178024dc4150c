-- A group of colleagues waits until the address of who registers them is proved; meanwhile a few seats are held for it.

CREATE TABLE group_requests (
    id              uuid PRIMARY KEY,
    session_id      uuid NOT NULL REFERENCES sessions,
    status          text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'confirmed', 'expired', 'withdrawn')),
    registrar_email text,
    registrar_name  text,
    library         jsonb,
    people          jsonb NOT NULL DEFAULT '[]',
    size            integer NOT NULL CHECK (size >= 0),
    held            integer NOT NULL DEFAULT 0 CHECK (held >= 0),
    registrations   uuid[] NOT NULL DEFAULT '{}',
    requested_at    timestamptz NOT NULL DEFAULT programme_now(),
    expires_at      timestamptz NOT NULL,
    ended_at        timestamptz,
    CONSTRAINT ended_holds_nothing CHECK (
        status = 'pending' OR (held = 0 AND people = '[]' AND registrar_email IS NULL AND registrar_name IS NULL))
);
CREATE INDEX group_requests_pending ON group_requests (expires_at) WHERE status = 'pending';
CREATE INDEX group_requests_session ON group_requests (session_id) WHERE status = 'pending';
CREATE INDEX group_requests_ended ON group_requests (ended_at) WHERE status <> 'pending';
COMMENT ON TABLE group_requests IS 'Personal data while pending: registrar_email, registrar_name, library, people; then none';
COMMENT ON COLUMN group_requests.held IS 'Seats that are held for it, which seats.taken and seats.held count';

ALTER TABLE seats ADD held integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN seats.held IS 'Of those taken, how many are held for groups that nobody has confirmed yet';

-- A seat that is held belongs to a group, and to no registration.
-- contract: since 0.1.0 code looks up entries by registration_id, and reads it of none
-- squawk-ignore ban-drop-not-null
ALTER TABLE seat_ledger ALTER registration_id DROP NOT NULL, ADD group_id uuid;
COMMENT ON COLUMN seat_ledger.group_id IS 'The group for which a seat was held, or is not held any more';

ALTER TABLE people ADD proved_at timestamptz;
COMMENT ON COLUMN people.proved_at IS 'When somebody last showed that mail to this address reaches them; none since it was changed';
