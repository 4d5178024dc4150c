-- The mail that tells of a recording says otherwise to those who came than to those who missed the session.

CREATE TABLE attendance (
    id         uuid PRIMARY KEY,
    revision   bigint NOT NULL,
    session_id uuid NOT NULL,
    person_id  uuid NOT NULL,
    attended   boolean NOT NULL
);
CREATE INDEX attendance_session ON attendance (session_id, person_id);
CREATE INDEX attendance_person ON attendance (person_id);
COMMENT ON TABLE attendance IS 'Who came to which session: a copy, kept by registration''s events';
