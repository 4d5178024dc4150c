-- What a newsletter tells of: announcements, for whom sessions are, and since when each is known.

ALTER TABLE sessions
    ADD summary     text NOT NULL DEFAULT '',
    ADD terms       jsonb NOT NULL DEFAULT '{}',
    ADD series_slug text,
    ADD public      boolean NOT NULL DEFAULT true,
    ADD known_since timestamptz NOT NULL DEFAULT programme_now();
COMMENT ON COLUMN sessions.terms IS 'Slugs by vocabulary: library_type, topic …';
COMMENT ON COLUMN sessions.public IS 'False once it is withdrawn';
COMMENT ON COLUMN sessions.known_since IS 'When it became public, as the first event of it says';
CREATE INDEX sessions_known ON sessions (known_since);
CREATE INDEX recordings_published ON recordings (published_at);

CREATE TABLE announcements (
    id           uuid PRIMARY KEY,
    revision     bigint NOT NULL,
    slug         text NOT NULL,
    title        text NOT NULL,
    summary      text NOT NULL,
    body         text NOT NULL,
    terms        jsonb NOT NULL,
    page_url     text NOT NULL,
    published_at timestamptz NOT NULL,
    public       boolean NOT NULL
);
CREATE INDEX announcements_slug ON announcements (slug);
CREATE INDEX announcements_published ON announcements (published_at);
COMMENT ON COLUMN announcements.body IS 'Markdown';
