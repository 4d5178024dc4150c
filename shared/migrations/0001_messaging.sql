-- What every service needs in its own schema before its own tables: the programme's clock, the outbox and inbox of its
-- events, the quarantine of what could not be read, answers kept for idempotency keys, and the audit log.

CREATE FUNCTION programme_now() RETURNS timestamptz STABLE PARALLEL SAFE LANGUAGE sql AS $$
    SELECT now() + coalesce(nullif(current_setting('convene.clock_offset', true), '')::double precision, 0) * interval '1 second'
$$;
COMMENT ON FUNCTION programme_now() IS 'The moment by which the programme is judged; differs from now() only in development';

CREATE TABLE outbox (
    position        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id        uuid NOT NULL UNIQUE,
    type            text NOT NULL,
    aggregate       text NOT NULL,
    subject         text NOT NULL,
    sequence        bigint NOT NULL,
    document        jsonb NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    published_at    timestamptz,
    attempts        integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT '-infinity',
    last_error      text,
    UNIQUE (aggregate, subject, sequence)
);
CREATE INDEX outbox_unpublished ON outbox (position) WHERE published_at IS NULL;
CREATE INDEX outbox_postponed ON outbox (aggregate, subject, position)
    WHERE published_at IS NULL AND next_attempt_at > '-infinity';
CREATE INDEX outbox_created ON outbox (created_at);

CREATE TABLE inbox (
    position        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source          text NOT NULL,
    event_id        text NOT NULL,
    type            text NOT NULL,
    aggregate       text NOT NULL,
    subject         text NOT NULL,
    sequence        bigint NOT NULL,
    lane            smallint NOT NULL,
    document        jsonb NOT NULL,
    digest          bytea NOT NULL,
    received_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    status          text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'done', 'quarantined', 'discarded')),
    attempts        integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT '-infinity',
    last_error      text,
    finished_at     timestamptz,
    UNIQUE (source, event_id)
);
CREATE INDEX inbox_pending ON inbox (position) WHERE status = 'pending';
CREATE INDEX inbox_pending_lane ON inbox (lane, position) WHERE status = 'pending';
CREATE INDEX inbox_postponed ON inbox (source, aggregate, subject, position)
    WHERE status = 'pending' AND next_attempt_at > '-infinity';
CREATE INDEX inbox_quarantined ON inbox (position) WHERE status = 'quarantined';
COMMENT ON COLUMN inbox.lane IS 'A hash of the aggregate: one processor at a time works a lane, so events of an aggregate keep their order';
COMMENT ON TABLE inbox IS 'Rows are kept: an event that comes again, also months later, is known by them';

CREATE TABLE quarantine (
    id          uuid PRIMARY KEY,
    reason      text NOT NULL,
    routing_key text NOT NULL,
    headers     jsonb NOT NULL,
    body        bytea NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    replayed_at timestamptz,
    discarded_at timestamptz
);
COMMENT ON TABLE quarantine IS 'Messages that are no events, as the bytes that came; events that fail stay in the inbox as quarantined';

CREATE TABLE idempotency_keys (
    key          text NOT NULL,
    scope        text NOT NULL,
    request_hash bytea NOT NULL,
    status       integer,
    headers      jsonb,
    body         bytea,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

CREATE TABLE audit_log (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT programme_now(),
    actor      text NOT NULL,
    action     text NOT NULL,
    subject    text NOT NULL,
    request_id text,
    changes    jsonb NOT NULL
);
