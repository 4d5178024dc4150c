-- People who join an online session from elsewhere are told its time in their own zone.

ALTER TABLE registrations ADD timezone text;
COMMENT ON COLUMN registrations.timezone IS 'IANA name, where the person said one';

CREATE OR REPLACE VIEW registration_details AS
    SELECT r.id, r.revision, r.session_id, s.slug AS session_slug, r.status, r.joined, r.person_id, p.email, p.name,
           r.job_title, r.library, r.registered_at, r.accommodations, r.answers, r.note, r.offered_until,
           (SELECT by.name FROM people AS by WHERE by.id = r.registered_by) AS registered_by,
           CASE WHEN r.status = 'waitlisted' THEN (
               SELECT count(*) FROM registrations AS ahead
                WHERE ahead.session_id = r.session_id AND ahead.status = 'waitlisted' AND ahead.joined <= r.joined
           ) END AS position,
           r.timezone
      FROM registrations AS r
      JOIN people AS p ON p.id = r.person_id
      JOIN sessions AS s ON s.id = r.session_id;
