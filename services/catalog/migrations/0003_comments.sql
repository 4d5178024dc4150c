-- What readers say of sessions. Nothing is kept of them but the name that they want to be shown.

CREATE TABLE comments (
    id         uuid PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions,
    status     text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'approved', 'rejected')),
    author     text NOT NULL,
    body       text NOT NULL,
    body_html  text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT programme_now()
);
CREATE INDEX comments_of_session ON comments (session_id, created_at, id) WHERE status = 'approved';
CREATE INDEX comments_by_status ON comments (status, created_at, id);
CREATE UNIQUE INDEX comments_once ON comments (session_id, md5(author), md5(body)) WHERE status = 'pending';
COMMENT ON INDEX comments_once IS 'What is sent twice waits once';
