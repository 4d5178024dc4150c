-- The directory of libraries, and the erasure of people.

CREATE TABLE libraries (
    fscskey        text PRIMARY KEY,
    name           text NOT NULL,
    city           text,
    state          text,
    population     integer CHECK (population >= 0),
    locale         text,
    community_size text,
    words          tsvector GENERATED ALWAYS AS
                   (to_tsvector('simple', name || ' ' || coalesce(city, '') || ' ' || coalesce(state, ''))) STORED
);
CREATE INDEX libraries_words ON libraries USING gin (words);
COMMENT ON TABLE libraries IS 'From the Public Libraries Survey of the IMLS; a file that is imported replaces what it names';

ALTER TABLE people ADD erased_at timestamptz;
COMMENT ON COLUMN people.erased_at IS 'Nothing personal is left; the row stays, so that counts do';

CREATE TABLE erasures (
    id                    uuid PRIMARY KEY,
    person_id             uuid NOT NULL UNIQUE REFERENCES people,
    cause                 text NOT NULL CHECK (cause IN ('asked by the person', 'asked of staff', 'retention')),
    registration_done_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    notifications_done_at timestamptz
);
