-- Webhooks: outside sites that are called when something of the programme changes. What they are to be told is a row
-- first, unique by its event, and worked by claiming, as mails are.

CREATE TABLE webhooks (
    id              uuid PRIMARY KEY,
    position        bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    revision        bigint NOT NULL DEFAULT 1,
    url             text NOT NULL,
    owner_name      text NOT NULL,
    owner_email     text NOT NULL,
    description     text NOT NULL,
    types           text[] NOT NULL,
    filters         jsonb NOT NULL,
    secret          bytea NOT NULL,
    previous_secret bytea,
    previous_until  timestamptz,
    state           text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled')),
    reason          text,
    since           timestamptz NOT NULL DEFAULT clock_timestamp(),
    failing_since   timestamptz,
    slow            boolean NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((state = 'disabled') = (reason IS NOT NULL))
);
COMMENT ON COLUMN webhooks.types IS 'Types of events, or patterns: catalog.session.*, catalog.*';
COMMENT ON COLUMN webhooks.filters IS 'What an event must be about: {"series": ["large-urban"], "terms": {"topic": ["dialogue"]}}, any of each';
COMMENT ON COLUMN webhooks.owner_email IS 'Who is told when it is disabled; empty once they were erased';
COMMENT ON COLUMN webhooks.secret IS 'Encrypted, by a key that LINKS_KEY_FILE gives';
COMMENT ON COLUMN webhooks.previous_until IS 'Until then the secret before it signs too';
COMMENT ON COLUMN webhooks.failing_since IS 'The first failure since something was last delivered';
COMMENT ON COLUMN webhooks.slow IS 'Whether it last took a message after a long time: others shall not wait for it';

CREATE TABLE webhook_deliveries (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    position        bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    webhook_id      uuid NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    event_id        uuid NOT NULL,
    type            text NOT NULL,
    subject         text NOT NULL,
    sequence        bigint NOT NULL,
    body            text NOT NULL,
    state           text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'claimed', 'delivered', 'retry', 'failed')),
    attempts        integer NOT NULL DEFAULT 0,
    tries_left      integer NOT NULL,
    fence           integer NOT NULL DEFAULT 0,
    claimed_by      integer,
    lease_until     timestamptz,
    next_attempt_at timestamptz DEFAULT clock_timestamp(),
    queued_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    delivered_at    timestamptz,
    status          integer,
    milliseconds    integer,
    error           text,
    UNIQUE (webhook_id, event_id),
    CHECK ((state = 'claimed') = (claimed_by IS NOT NULL))
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, next_attempt_at, position) WHERE state IN ('queued', 'retry');
CREATE INDEX webhook_deliveries_claimed ON webhook_deliveries (webhook_id) WHERE state = 'claimed';
CREATE INDEX webhook_deliveries_log ON webhook_deliveries (webhook_id, position);
CREATE INDEX webhook_deliveries_old ON webhook_deliveries (queued_at);
COMMENT ON COLUMN webhook_deliveries.event_id IS 'Its webhook-id, the same for every try';
COMMENT ON COLUMN webhook_deliveries.sequence IS 'The revision of the subject: what the site orders by';
COMMENT ON COLUMN webhook_deliveries.body IS 'As it is sent and signed, to the letter; nothing in it is personal';
COMMENT ON COLUMN webhook_deliveries.attempts IS 'How often it was sent';
COMMENT ON COLUMN webhook_deliveries.tries_left IS 'How often it may still be sent before it has failed; redelivery begins anew';
COMMENT ON COLUMN webhook_deliveries.fence IS 'Counts its claims: whoever writes with an older number is refused';
COMMENT ON COLUMN webhook_deliveries.claimed_by IS 'Number of the sender, who holds the advisory lock of this number while it lives';
COMMENT ON COLUMN webhook_deliveries.status IS 'What the site last answered; NULL where it did not';

CREATE TABLE webhook_attempts (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id  uuid NOT NULL REFERENCES webhook_deliveries ON DELETE CASCADE,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    status       integer,
    milliseconds integer NOT NULL,
    error        text
);
CREATE INDEX webhook_attempts_delivery ON webhook_attempts (delivery_id, id);
CREATE INDEX webhook_attempts_old ON webhook_attempts (at);
COMMENT ON TABLE webhook_attempts IS 'Every call of the last 30 days. What a site answered but for its status is never kept';
