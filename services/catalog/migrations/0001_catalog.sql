-- The catalog's own tables. Relational where something is filtered, ordered or referred to; json for what is only shown.
--
-- `entries` holds what everything that is published has in common, and with it the document that the public reads and
-- what of it only services may know. Whatever a thing consists of stands in the tables of its kind; the document is
-- composed from them by every write, which is how a write knows what it changed (see services/catalog/publishing).

CREATE TABLE catalog_revision (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    revision bigint NOT NULL
);
INSERT INTO catalog_revision (revision) VALUES (0);
COMMENT ON TABLE catalog_revision IS 'Raised once by each write that changes anything, under the catalog''s advisory lock';

CREATE TABLE entries (
    id               uuid PRIMARY KEY,
    kind             text NOT NULL
                     CHECK (kind IN ('organization', 'vocabulary', 'initiative', 'series', 'session', 'announcement')),
    slug             text NOT NULL CHECK (slug ~ '^[a-z0-9_]+(-[a-z0-9_]+)*$'),
    title            text NOT NULL,
    summary          text NOT NULL DEFAULT '',
    description      text NOT NULL DEFAULT '',
    description_html text NOT NULL DEFAULT '',
    published_at     timestamptz,
    revision         bigint NOT NULL DEFAULT 0,
    changed_in       bigint NOT NULL DEFAULT 0,
    document         json NOT NULL DEFAULT '{}',
    private          json NOT NULL DEFAULT '{}',
    UNIQUE (kind, slug)
);
COMMENT ON COLUMN entries.published_at IS 'NULL is a draft';
COMMENT ON COLUMN entries.revision IS 'How often it changed in public: the sequence of its events; 0 until it is published';
COMMENT ON COLUMN entries.changed_in IS 'The catalog''s revision that last changed its document';
COMMENT ON COLUMN entries.document IS 'What the public reads, but for addresses and what the moment decides; json keeps the order of its members';
COMMENT ON COLUMN entries.private IS 'What belongs to its state and is not public, such as the address of a webinar';

CREATE TABLE organizations (
    id  uuid PRIMARY KEY REFERENCES entries,
    url text
);

CREATE TABLE terms (
    vocabulary   text NOT NULL,
    slug         text NOT NULL,
    label        text NOT NULL,
    place        integer NOT NULL,
    published_at timestamptz,
    PRIMARY KEY (vocabulary, slug)
);

INSERT INTO entries (id, kind, slug, title)
SELECT gen_random_uuid(), 'vocabulary', name, label
  FROM (VALUES ('library_type', 'Library type'), ('topic', 'Topic'), ('job_function', 'Job function'),
               ('audience', 'Audience'), ('budget', 'Budget'), ('community_size', 'Community size')) AS known (name, label);

CREATE TABLE initiatives (
    id        uuid PRIMARY KEY REFERENCES entries,
    edtf      text,
    follows   text,
    funder_id uuid REFERENCES organizations,
    funding   json,
    planned   json NOT NULL
);
COMMENT ON COLUMN initiatives.follows IS 'Slug of the earlier initiative, which this catalog need not hold';

CREATE TABLE series (
    id            uuid PRIMARY KEY REFERENCES entries,
    initiative_id uuid NOT NULL REFERENCES initiatives,
    place         integer NOT NULL,
    edtf          text,
    audience      json NOT NULL,
    counts        text[],
    invites_to    uuid
);
COMMENT ON COLUMN series.counts IS 'How a session may be seen to count for completion; NULL where nothing completes the series';

CREATE TABLE sessions (
    id              uuid PRIMARY KEY REFERENCES entries,
    initiative_id   uuid NOT NULL REFERENCES initiatives,
    series_id       uuid REFERENCES series,
    place           integer NOT NULL,
    format          text NOT NULL CHECK (format IN ('webinar', 'workshop')),
    status          text NOT NULL CHECK (status IN ('planned', 'scheduled', 'held', 'cancelled')),
    edtf            text NOT NULL,
    starts_earliest timestamptz NOT NULL,
    starts_latest   timestamptz NOT NULL,
    starts_at       timestamptz,
    ends_at         timestamptz,
    timezone        text,
    policy          text NOT NULL CHECK (policy IN ('open', 'invitation')),
    opens_at        timestamptz,
    closes_at       timestamptz,
    capacity        integer CHECK (capacity > 0),
    venue           json,
    online          json,
    contact_hours   double precision,
    CHECK (starts_earliest <= starts_latest),
    CHECK ((starts_at IS NULL) = (ends_at IS NULL) AND starts_at < ends_at),
    CHECK (starts_at IS NULL OR timezone IS NOT NULL),
    CHECK (status = 'cancelled' OR (status = 'planned') = (starts_at IS NULL)),
    UNIQUE (series_id, id)
);
COMMENT ON COLUMN sessions.starts_earliest IS 'With starts_latest the interval in which it starts: one moment where that is known';
CREATE INDEX sessions_starts ON sessions (starts_earliest, id);
CREATE INDEX sessions_initiative ON sessions (initiative_id, starts_earliest, id);
CREATE INDEX sessions_series ON sessions (series_id, starts_earliest, id);
CREATE INDEX sessions_to_be_held ON sessions (ends_at) WHERE status = 'scheduled';

ALTER TABLE series ADD FOREIGN KEY (invites_to) REFERENCES sessions;

CREATE TABLE completion_sessions (
    series_id  uuid NOT NULL REFERENCES series,
    session_id uuid NOT NULL,
    place      integer NOT NULL,
    PRIMARY KEY (series_id, session_id),
    CONSTRAINT completion_of_own_sessions FOREIGN KEY (series_id, session_id) REFERENCES sessions (series_id, id)
);

CREATE TABLE recordings (
    id               uuid PRIMARY KEY,
    session_id       uuid NOT NULL UNIQUE REFERENCES sessions,
    revision         bigint NOT NULL DEFAULT 1,
    url              text NOT NULL,
    duration_seconds integer NOT NULL CHECK (duration_seconds > 0),
    captions         boolean NOT NULL,
    transcript_url   text,
    published_at     timestamptz NOT NULL
);
CREATE INDEX recordings_newest ON recordings (published_at, session_id);

CREATE TABLE announcements (
    id            uuid PRIMARY KEY REFERENCES entries,
    initiative_id uuid NOT NULL REFERENCES initiatives,
    announced_at  timestamptz NOT NULL,
    timezone      text
);
CREATE INDEX announcements_newest ON announcements (announced_at, id);

CREATE TABLE announcement_sessions (
    announcement_id uuid NOT NULL REFERENCES announcements,
    session_id      uuid NOT NULL REFERENCES sessions,
    place           integer NOT NULL,
    PRIMARY KEY (announcement_id, session_id)
);

CREATE TABLE involvements (
    entry_id        uuid NOT NULL REFERENCES entries,
    organization_id uuid NOT NULL REFERENCES organizations,
    role            text NOT NULL,
    place           integer NOT NULL,
    PRIMARY KEY (entry_id, organization_id, role)
);
CREATE INDEX involvements_organization ON involvements (organization_id);
COMMENT ON TABLE involvements IS 'The part that an organization plays in an initiative or a session';

CREATE TABLE entry_terms (
    entry_id   uuid NOT NULL REFERENCES entries,
    vocabulary text NOT NULL,
    term       text NOT NULL,
    PRIMARY KEY (entry_id, vocabulary, term),
    FOREIGN KEY (vocabulary, term) REFERENCES terms
);
CREATE INDEX entry_terms_term ON entry_terms (vocabulary, term);

CREATE TABLE changes (
    position   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    revision   bigint NOT NULL,
    kind       text NOT NULL,
    entry_id   uuid NOT NULL,
    slug       text NOT NULL,
    operation  text NOT NULL CHECK (operation IN ('put', 'delete')),
    document   json,
    changed_at timestamptz NOT NULL DEFAULT programme_now(),
    CHECK ((operation = 'put') = (document IS NOT NULL))
);
COMMENT ON TABLE changes IS 'Only ever added to, under the catalog''s advisory lock, so positions commit in order';

CREATE TABLE availability (
    session_id uuid PRIMARY KEY,
    revision   bigint NOT NULL,
    confirmed  integer NOT NULL,
    waitlisted integer NOT NULL
);
COMMENT ON TABLE availability IS 'What registration says of a session''s seats; the newest revision stands';

-- Whether one can register now. Registration decides; this is what the catalog tells its readers, by the same rule.
CREATE VIEW admissions AS
SELECT session.id AS session_id,
       CASE WHEN session.status IN ('held', 'cancelled') THEN 'closed'
            WHEN session.opens_at > programme_now() THEN 'not_open'
            WHEN session.opens_at IS NULL AND session.status = 'planned' THEN 'not_open'
            WHEN coalesce(session.closes_at, session.starts_at) <= programme_now() THEN 'closed'
            WHEN availability.confirmed >= session.capacity THEN 'full'
            ELSE 'open'
       END AS state,
       CASE WHEN session.capacity IS NOT NULL
            THEN greatest(session.capacity - coalesce(availability.confirmed, 0), 0) END AS seats_left
  FROM sessions AS session
  LEFT JOIN availability ON availability.session_id = session.id;
