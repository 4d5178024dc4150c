-- Issues of the newsletter, and weekly digests: written, sent to readers a batch at a time, kept to be read.

CREATE TABLE newsletters (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    position        bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    revision        bigint NOT NULL DEFAULT 1,
    kind            text NOT NULL DEFAULT 'issue' CHECK (kind IN ('issue', 'digest')),
    slug            text NOT NULL UNIQUE,
    subject         text NOT NULL,
    preheader       text NOT NULL,
    body            text NOT NULL,
    library_types   text[] NOT NULL,
    topics          text[] NOT NULL,
    archived        boolean NOT NULL,
    announcement_id uuid UNIQUE,
    state           text NOT NULL DEFAULT 'draft'
                    CHECK (state IN ('draft', 'scheduled', 'sending', 'paused', 'cancelled')),
    send_at         timestamptz,
    news_since      timestamptz,
    begun_at        timestamptz,
    content         text,
    html            text,
    plain           text,
    last_reader     bigint,
    reached         bigint NOT NULL DEFAULT 0,
    fanned_out_at   timestamptz,
    created_at      timestamptz NOT NULL DEFAULT programme_now(),
    CHECK (state <> 'scheduled' OR send_at IS NOT NULL),
    CHECK ((begun_at IS NULL) = (state IN ('draft', 'scheduled')))
);
CREATE INDEX newsletters_archive ON newsletters (begun_at) WHERE archived;
COMMENT ON COLUMN newsletters.body IS 'Markdown, with blocks that the catalog fills';
COMMENT ON COLUMN newsletters.library_types IS 'Which readers it is for; none is all';
COMMENT ON COLUMN newsletters.state IS 'An issue is sent once it is sending, everybody was reached, and no mail of it waits: that is never stored';
COMMENT ON COLUMN newsletters.news_since IS 'Of a digest: it tells of what became public from then until it began';
COMMENT ON COLUMN newsletters.content IS 'What it said when it began: as a part of a page, and as mails, in which each reader''s links are put';
COMMENT ON COLUMN newsletters.last_reader IS 'The last reader (by position) when it began';
COMMENT ON COLUMN newsletters.reached IS 'Up to this reader (by position) mails are made due: where the next batch begins, after a crash too';

-- Mails of an issue: what waits, what must be held while it is paused, and what is next after all single mails.
CREATE INDEX messages_of_issue ON messages (event_id, state, next_attempt_at) WHERE category = 'bulk';
CREATE INDEX messages_due_bulk ON messages (next_attempt_at, position)
    WHERE category = 'bulk' AND state IN ('queued', 'retry', 'in_doubt');
CREATE INDEX messages_due_single ON messages (next_attempt_at, position)
    WHERE category = 'single' AND state IN ('queued', 'retry', 'in_doubt');
DROP INDEX messages_due;

-- Each of a mail's steps writes all of its indexes: so as few as will do.
ALTER TABLE messages
    ADD CONSTRAINT messages_once UNIQUE (subject, kind, cause),
    DROP CONSTRAINT messages_kind_subject_cause_key;
DROP INDEX messages_topic, messages_event, messages_session;
CREATE INDEX messages_event ON messages (event_id) WHERE category = 'single';
CREATE INDEX messages_session ON messages (session_id, position) WHERE session_id IS NOT NULL;

-- What newsletters tell of, each kind in the same form.
CREATE VIEW news_sessions AS
    SELECT 'session' AS kind, id, title, summary, page_url AS url,
           ARRAY(SELECT jsonb_array_elements_text(terms -> 'library_type')) AS library_types,
           ARRAY(SELECT jsonb_array_elements_text(terms -> 'topic')) AS topics,
           known_since AS moment, when_label, starts_at, ends_at, timezone, NULL::integer AS seconds
      FROM sessions WHERE public AND status IN ('planned', 'scheduled');
CREATE VIEW news_recordings AS
    SELECT 'recording' AS kind, recording.id, title, summary, page_url AS url,
           ARRAY(SELECT jsonb_array_elements_text(terms -> 'library_type')) AS library_types,
           ARRAY(SELECT jsonb_array_elements_text(terms -> 'topic')) AS topics,
           published_at AS moment, NULL AS when_label, NULL::timestamptz AS starts_at, NULL::timestamptz AS ends_at, NULL AS timezone,
           duration_seconds AS seconds
      FROM recordings AS recording JOIN sessions ON sessions.id = session_id
     WHERE public AND NOT withdrawn;
CREATE VIEW news_announcements AS
    SELECT 'announcement' AS kind, id, title, summary, page_url AS url,
           ARRAY(SELECT jsonb_array_elements_text(terms -> 'library_type')) AS library_types,
           ARRAY(SELECT jsonb_array_elements_text(terms -> 'topic')) AS topics,
           published_at AS moment, NULL AS when_label, NULL::timestamptz AS starts_at, NULL::timestamptz AS ends_at, NULL AS timezone,
           NULL::integer AS seconds
      FROM announcements WHERE public;

CREATE FUNCTION is_reached(reader subscriptions, library_types text[], topics text[]) RETURNS boolean
STABLE LANGUAGE sql AS $$
    SELECT reader.status = 'confirmed'
       AND (library_types = '{}' OR reader.library_types = '{}' OR reader.library_types && library_types)
       AND (topics = '{}' OR reader.topics = '{}' OR reader.topics && topics)
$$;
COMMENT ON FUNCTION is_reached IS 'Whether an issue for these goes to a reader; who wants no kind in particular wants all';

CREATE VIEW issues AS
    SELECT id, position, revision, kind, slug, subject, preheader, body, library_types, topics, archived,
           announcement_id,
           CASE WHEN state = 'sending' AND fanned_out_at IS NOT NULL
                     AND NOT EXISTS (SELECT FROM messages
                                      WHERE event_id = issue.id AND category = 'bulk'
                                        AND messages.state IN ('queued', 'claimed', 'handing_over', 'retry'))
                THEN 'sent' ELSE state END AS state,
           send_at, news_since, begun_at, created_at
      FROM newsletters AS issue;
COMMENT ON VIEW issues IS 'Issues with the state that they are in now';
