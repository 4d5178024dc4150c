-- Readers may comment on announcements as well as on sessions: both are entries. The column keeps its name, which a
-- process that still runs the version before knows.

ALTER TABLE comments DROP CONSTRAINT comments_session_id_fkey;
ALTER TABLE comments ADD FOREIGN KEY (session_id) REFERENCES entries;
COMMENT ON COLUMN comments.session_id IS 'What it is about: a session or an announcement';
