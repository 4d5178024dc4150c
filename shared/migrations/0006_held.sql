-- What waits for its next attempt is asked for by aggregate and subject. The indexes of 0001 were chosen only until the
-- tables were analyzed while nothing waited: since then those of all that is unpublished or pending seemed as small, and
-- each row of a batch was compared with all before it. No such index answers a question that leaves the status out.
-- transactional: false
SET lock_timeout = 0;
DROP INDEX CONCURRENTLY IF EXISTS outbox_held;
CREATE INDEX CONCURRENTLY outbox_held ON outbox (aggregate, subject, position) WHERE next_attempt_at > '-infinity';
DROP INDEX CONCURRENTLY IF EXISTS outbox_postponed;
DROP INDEX CONCURRENTLY IF EXISTS inbox_held;
CREATE INDEX CONCURRENTLY inbox_held ON inbox (source, aggregate, subject, position) WHERE next_attempt_at > '-infinity';
DROP INDEX CONCURRENTLY IF EXISTS inbox_postponed;
