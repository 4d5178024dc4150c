-- Where attendance is known from; signing in without passwords; certificates.

ALTER TABLE attendance
    ADD source         text NOT NULL DEFAULT 'report' CHECK (source IN ('join', 'door', 'report', 'staff')),
    ADD joined_at      timestamptz,
    ADD certificate_id uuid;
COMMENT ON COLUMN attendance.source IS 'What it is known from; a surer source replaces one less sure: join, door, report, staff';
CREATE INDEX attendance_uncertified ON attendance (session_id)
    WHERE attended AND certificate_id IS NULL AND source <> 'join';
ALTER TABLE completions ADD certificate_id uuid;
CREATE INDEX completions_uncertified ON completions (series_id) WHERE certificate_id IS NULL;

CREATE TABLE sign_ins (
    id         uuid PRIMARY KEY,
    person_id  uuid NOT NULL REFERENCES people ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX sign_ins_person ON sign_ins (person_id);

CREATE TABLE sign_in_requests (
    address bytea NOT NULL,
    network inet NOT NULL,
    at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX sign_in_requests_address ON sign_in_requests (address, at);
CREATE INDEX sign_in_requests_network ON sign_in_requests (network, at);
CREATE INDEX sign_in_requests_at ON sign_in_requests (at);
COMMENT ON TABLE sign_in_requests IS 'For limits, an hour long: a hash of the address asked for, known or not, and the network that asked';

CREATE TABLE learner_sessions (
    token_hash bytea PRIMARY KEY,
    person_id  uuid NOT NULL REFERENCES people ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX learner_sessions_person ON learner_sessions (person_id);
COMMENT ON TABLE learner_sessions IS 'Who is signed in; the token itself is in their cookie alone';

CREATE TABLE certificates (
    id             uuid PRIMARY KEY,
    revision       bigint NOT NULL DEFAULT 1,
    kind           text NOT NULL CHECK (kind IN ('attendance', 'completion')),
    person_id      uuid NOT NULL REFERENCES people,
    session_id     uuid REFERENCES sessions,
    series_id      uuid REFERENCES series,
    title          text NOT NULL,
    contact_hours  numeric,
    earned_at      timestamptz NOT NULL,
    issued_at      timestamptz NOT NULL DEFAULT programme_now(),
    revoked_at     timestamptz,
    revoked_reason text,
    status_index   bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    CHECK ((kind = 'attendance') = (session_id IS NOT NULL)),
    CHECK ((kind = 'completion') = (series_id IS NOT NULL)),
    UNIQUE NULLS NOT DISTINCT (person_id, session_id, series_id)
);
CREATE INDEX certificates_revoked ON certificates (status_index) WHERE revoked_at IS NOT NULL;
COMMENT ON COLUMN certificates.status_index IS 'Its bit in the status lists, by which verifiers learn that it was revoked';
