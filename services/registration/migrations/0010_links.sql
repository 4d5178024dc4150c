-- Links end: each person's have a generation, which is raised where their address was wrong, when they are erased or ask
-- for it. The code for the door is of its own. Opening the link to join is kept apart from attendance.

ALTER TABLE people ADD generation integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN people.generation IS 'Of the links that are good: those of an earlier one are not any more';

ALTER TABLE registrations
    ADD code text,
    ADD opened_at timestamptz;
COMMENT ON COLUMN registrations.code IS
    'What is said at the door, random. NULL: made by 0.1.0, whose page showed the end of the id, and so that is it still';
COMMENT ON COLUMN registrations.opened_at IS 'When the way into an online session was first asked for; proves nothing';

CREATE VIEW proven_attendance AS SELECT * FROM attendance WHERE source <> 'join';
COMMENT ON VIEW proven_attendance IS 'Without what 0.1.0 recorded of those who opened the link to join';

CREATE VIEW registration_facts AS
    SELECT r.id, r.revision, r.session_id, s.slug AS session_slug, r.status, r.joined, r.person_id, p.email, p.name,
           r.job_title, r.library, r.registered_at, r.accommodations, r.answers, r.note, r.offered_until,
           (SELECT by.name FROM people AS by WHERE by.id = r.registered_by) AS registered_by,
           CASE WHEN r.status = 'waitlisted' THEN (
               SELECT count(*) FROM registrations AS ahead
                WHERE ahead.session_id = r.session_id AND ahead.status = 'waitlisted' AND ahead.joined <= r.joined
           ) END AS position,
           r.timezone, coalesce(r.code, upper(right(r.id::text, 8))) AS code, p.generation,
           greatest(s.starts_at, s.ends_at) + interval '30 days' AS links_end_at,
           r.opened_at
      FROM registrations AS r
      JOIN people AS p ON p.id = r.person_id
      JOIN sessions AS s ON s.id = r.session_id;
COMMENT ON VIEW registration_facts IS 'As registration_details, which 0.1.0 reads, and what came since';
