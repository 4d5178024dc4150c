-- Notifications' own tables: its copy of what mails must say (sessions, series, recordings), its copy of whom they concern
-- (registrations, invitations), and the mails themselves, a row each, unique by what caused it.
--
-- A copy takes over only a later revision than it has. A cancelled session, registration or invitation keeps its row, so
-- that an event which comes late cannot revive it. Personal data are in registrations, invitations and messages.recipient.

CREATE TABLE sessions (
    id                uuid PRIMARY KEY,
    revision          bigint NOT NULL,
    schedule_revision bigint NOT NULL,
    slug              text NOT NULL,
    title             text NOT NULL,
    format            text NOT NULL,
    status            text NOT NULL CHECK (status IN ('planned', 'scheduled', 'held', 'cancelled')),
    initiative        text NOT NULL,
    when_label        text NOT NULL,
    starts_at         timestamptz,
    ends_at           timestamptz,
    timezone          text,
    venue             jsonb,
    online            jsonb,
    page_url          text NOT NULL
);
CREATE INDEX sessions_slug ON sessions (slug);
COMMENT ON COLUMN sessions.schedule_revision IS 'The revision in which its time or place last changed: what raises SEQUENCE in calendars';
COMMENT ON COLUMN sessions.online IS 'Holds join_url, which is for registrants alone';

CREATE TABLE series (
    id       uuid PRIMARY KEY,
    revision bigint NOT NULL,
    slug     text NOT NULL,
    title    text NOT NULL
);
CREATE INDEX series_slug ON series (slug);

CREATE TABLE recordings (
    id               uuid PRIMARY KEY,
    revision         bigint NOT NULL,
    session_id       uuid NOT NULL REFERENCES sessions,
    url              text NOT NULL,
    duration_seconds integer NOT NULL,
    captions         boolean NOT NULL,
    published_at     timestamptz NOT NULL
);
CREATE INDEX recordings_session ON recordings (session_id);

CREATE TABLE registrations (
    id            uuid PRIMARY KEY,
    revision      bigint NOT NULL,
    status        text NOT NULL CHECK (status IN ('confirmed', 'waitlisted', 'cancelled')),
    status_since  bigint NOT NULL,
    session_id    uuid NOT NULL REFERENCES sessions,
    person_id     uuid NOT NULL,
    email         text NOT NULL,
    name          text NOT NULL,
    registered_at timestamptz NOT NULL
);
CREATE INDEX registrations_session ON registrations (session_id) WHERE status = 'confirmed';
COMMENT ON COLUMN registrations.status_since IS 'The revision in which its status last changed: raises SEQUENCE in calendars';

CREATE TABLE invitations (
    id          uuid PRIMARY KEY,
    revision    bigint NOT NULL,
    status      text NOT NULL CHECK (status IN ('issued', 'accepted', 'declined', 'expired')),
    session_id  uuid NOT NULL REFERENCES sessions,
    series_slug text,
    person_id   uuid NOT NULL,
    email       text NOT NULL,
    name        text NOT NULL,
    expires_at  timestamptz
);

CREATE TABLE messages (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    position        bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    kind            text NOT NULL,
    topic           text NOT NULL,
    category        text NOT NULL DEFAULT 'single' CHECK (category IN ('single', 'bulk')),
    subject         uuid NOT NULL,
    cause           uuid NOT NULL,
    event_id        uuid NOT NULL,
    revision        bigint NOT NULL,
    session_id      uuid NOT NULL,
    recipient       text NOT NULL,
    context         jsonb NOT NULL DEFAULT '{}',
    caused_at       timestamptz NOT NULL,
    queued_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    state           text NOT NULL DEFAULT 'queued'
                    CHECK (state IN ('queued', 'claimed', 'handing_over', 'sent', 'retry', 'failed', 'in_doubt', 'superseded')),
    attempts        integer NOT NULL DEFAULT 0,
    doubts          integer NOT NULL DEFAULT 0,
    fence           integer NOT NULL DEFAULT 0,
    claimed_by      integer,
    lease_until     timestamptz,
    next_attempt_at timestamptz DEFAULT clock_timestamp(),
    dated_at        timestamptz,
    sent_at         timestamptz,
    reply           text,
    reason          text,
    UNIQUE (kind, subject, cause),
    CHECK ((state IN ('claimed', 'handing_over')) = (claimed_by IS NOT NULL)),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL))
);
CREATE INDEX messages_topic ON messages (subject, topic, revision);
CREATE INDEX messages_due ON messages (next_attempt_at, position) WHERE state IN ('queued', 'retry', 'in_doubt');
CREATE INDEX messages_claimed ON messages (claimed_by) WHERE state IN ('claimed', 'handing_over');
CREATE INDEX messages_recipient ON messages (lower(recipient), position);
CREATE INDEX messages_event ON messages (event_id);
CREATE INDEX messages_session ON messages (session_id, position);
COMMENT ON TABLE messages IS 'Every mail that was ever due: sent + superseded + failed + what waits = what was caused';
COMMENT ON COLUMN messages.topic IS 'Later news of a topic about the same subject overtakes earlier news that was not sent yet';
COMMENT ON COLUMN messages.subject IS 'The registration or the invitation that it is about';
COMMENT ON COLUMN messages.cause IS 'What makes it unique: the event, or the recording, which may be announced by several events';
COMMENT ON COLUMN messages.revision IS 'The revision of the causing event''s aggregate';
COMMENT ON COLUMN messages.context IS 'What only the event knew; all else is read when the mail is rendered';
COMMENT ON COLUMN messages.attempts IS 'How often it was offered to the mail server';
COMMENT ON COLUMN messages.doubts IS 'How often nobody could tell whether the server had taken it';
COMMENT ON COLUMN messages.fence IS 'Counts its claims: whoever writes with an older number is refused';
COMMENT ON COLUMN messages.claimed_by IS 'Number of the sender, who holds the advisory lock of this number while it lives';
COMMENT ON COLUMN messages.next_attempt_at IS 'NULL in doubt: it waits for staff, since nobody may send it again unasked';
COMMENT ON COLUMN messages.dated_at IS 'Its Date header, fixed when it is first claimed';
COMMENT ON COLUMN messages.reply IS 'What the mail server last said';
