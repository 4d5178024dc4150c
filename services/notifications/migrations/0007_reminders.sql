-- When those who have a seat are reminded of a session.

CREATE TABLE reminders (
    session_id uuid PRIMARY KEY REFERENCES sessions,
    before     text[] NOT NULL
);
COMMENT ON TABLE reminders IS 'What staff have set; other sessions are reminded of as their format is';
COMMENT ON COLUMN reminders.before IS 'How long before the start, as ISO 8601 writes durations: P7D, PT1H';
CREATE INDEX sessions_starting ON sessions (starts_at) WHERE status = 'scheduled';
CREATE INDEX invitations_expiring ON invitations (expires_at) WHERE status = 'issued';
COMMENT ON COLUMN messages.cause IS 'What makes it unique: the event, the recording, which may be announced by several events, or what is reminded of';
COMMENT ON COLUMN messages.event_id IS 'The event that caused it; of reminders, which the clock causes, what they remind of';

CREATE FUNCTION reminders_of(session uuid, format text) RETURNS text[] STABLE LANGUAGE sql AS $$
    SELECT coalesce((SELECT before FROM reminders WHERE session_id = session),
                    CASE format WHEN 'workshop' THEN ARRAY['P7D', 'P1D'] ELSE ARRAY['P1D', 'PT1H'] END)
$$;
COMMENT ON FUNCTION reminders_of IS 'How long before a session those who have a seat are reminded of it; for a workshop one travels';
