-- A snapshot says a revision again, which a change alone may say, and that once.
-- transactional: false
SET lock_timeout = 0;
CREATE UNIQUE INDEX CONCURRENTLY outbox_changes ON outbox (aggregate, subject, sequence)
 WHERE type NOT LIKE '%.snapshot-taken';
