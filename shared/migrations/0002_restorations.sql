-- A database that was restored does not know what it has said since the moment to which it was restored. So it is noted
-- when that was; revisions go on above all that may have been said, and what may have been done already waits for a decision.

CREATE TABLE restorations (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    restored_to timestamptz NOT NULL UNIQUE,
    noted_at    timestamptz NOT NULL DEFAULT programme_now(),
    floor       bigint NOT NULL DEFAULT extract(epoch FROM clock_timestamp() - timestamptz '2020-01-01T00:00:00Z')::bigint,
    settled_at  timestamptz
);
COMMENT ON COLUMN restorations.restored_to IS 'The moment whose state the database was brought back to';
COMMENT ON COLUMN restorations.floor IS 'No revision given from now on is lower: seconds since 2020, so each restoration has a higher one';
COMMENT ON COLUMN restorations.settled_at IS 'Until then nothing is done again that was due before noted_at and may have been done';

CREATE FUNCTION next_revision(revision bigint) RETURNS bigint STABLE LANGUAGE sql AS $$
    SELECT greatest(revision + 1, (SELECT max(floor) FROM restorations))
$$;
COMMENT ON FUNCTION next_revision IS 'The number of a change: above any that was given out and then lost, since those were seen elsewhere';
