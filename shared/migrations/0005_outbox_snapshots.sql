-- The index of 0004 stands in the place of this constraint, which refuses snapshots.
-- contract: since 0.1.0 no code has named it: no statement has ON CONFLICT on these columns
-- squawk-ignore ban-drop-constraint
ALTER TABLE outbox DROP CONSTRAINT outbox_aggregate_subject_sequence_key;
