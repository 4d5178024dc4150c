-- What staff set for the registration of a session, what forms ask, seats that are offered for a time, and who registered whom.

ALTER TABLE sessions
    ADD ends_at        timestamptz,
    ADD format         text NOT NULL DEFAULT 'webinar',
    ADD series_title   text,
    ADD initiative     jsonb NOT NULL DEFAULT '{}',
    ADD join_url       text,
    ADD contact_hours  numeric;
CREATE INDEX sessions_series_slug ON sessions (series_slug);
ALTER TABLE series
    ADD title    text NOT NULL DEFAULT '',
    ADD audience jsonb NOT NULL DEFAULT '{}';
CREATE INDEX series_slug ON series (slug);

CREATE TABLE rules (
    session_id        uuid PRIMARY KEY REFERENCES sessions,
    revision          bigint NOT NULL DEFAULT 1,
    questions         jsonb NOT NULL DEFAULT '[]',
    audience_required boolean NOT NULL DEFAULT false,
    offer_hours       integer CHECK (offer_hours BETWEEN 1 AND 720),
    invitation_days   integer CHECK (invitation_days BETWEEN 1 AND 366),
    transferable      boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE rules IS 'What staff set for a session; a session without a row has the defaults';
COMMENT ON COLUMN rules.offer_hours IS 'A free seat is offered to the head of the line for so long; without it, it is given';

DROP VIEW registration_details;
ALTER TABLE registrations
    ADD accommodations text,
    ADD answers        jsonb NOT NULL DEFAULT '{}',
    ADD note           text,
    ADD offered_until  timestamptz,
    ADD registered_by  uuid REFERENCES people,
    DROP CONSTRAINT registrations_status_check,
    ADD CONSTRAINT registrations_status_check CHECK (status IN ('confirmed', 'offered', 'waitlisted', 'cancelled')),
    ADD CONSTRAINT offers_end CHECK ((status = 'offered') = (offered_until IS NOT NULL));
COMMENT ON COLUMN registrations.note IS 'For staff alone';
COMMENT ON COLUMN registrations.registered_by IS 'A colleague, where it was not the person';
CREATE INDEX registrations_offered ON registrations (offered_until) WHERE status = 'offered';
COMMENT ON TABLE people IS 'Personal data: email and name here; job_title, library, accommodations, answers and note in registrations';

CREATE VIEW registration_details AS
    SELECT r.id, r.revision, r.session_id, s.slug AS session_slug, r.status, r.joined, r.person_id, p.email, p.name,
           r.job_title, r.library, r.registered_at, r.accommodations, r.answers, r.note, r.offered_until,
           (SELECT by.name FROM people AS by WHERE by.id = r.registered_by) AS registered_by,
           CASE WHEN r.status = 'waitlisted' THEN (
               SELECT count(*) FROM registrations AS ahead
                WHERE ahead.session_id = r.session_id AND ahead.status = 'waitlisted' AND ahead.joined <= r.joined
           ) END AS position
      FROM registrations AS r
      JOIN people AS p ON p.id = r.person_id
      JOIN sessions AS s ON s.id = r.session_id;
