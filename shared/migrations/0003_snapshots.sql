-- What became of each snapshot of a publisher's state: whether the copy held here was the same, and what differed where
-- it was not. So whoever repairs a copy sees what was wrong with it.
CREATE TABLE snapshot_outcomes (
    batch uuid NOT NULL,
    aggregate text NOT NULL,
    subject text NOT NULL,
    revision bigint NOT NULL,
    size integer NOT NULL,
    whole boolean NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('same', 'repaired', 'added', 'older')),
    changes jsonb NOT NULL DEFAULT '{}',
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (batch, aggregate, subject)
);
CREATE INDEX snapshot_outcomes_at ON snapshot_outcomes (at);

-- A snapshot says a revision again, which a change alone had been allowed to say, and that once.
ALTER TABLE outbox DROP CONSTRAINT outbox_aggregate_subject_sequence_key;
CREATE UNIQUE INDEX outbox_changes ON outbox (aggregate, subject, sequence) WHERE type NOT LIKE '%.snapshot-taken';
