-- Who wants the newsletter, with the proof of it; and addresses that no mail may go to.

CREATE TABLE subscriptions (
    id            uuid PRIMARY KEY,
    email         text NOT NULL UNIQUE,
    name          text NOT NULL DEFAULT '',
    status        text NOT NULL CHECK (status IN ('pending', 'confirmed', 'left')),
    revision      integer NOT NULL DEFAULT 1,
    library_types text[] NOT NULL DEFAULT '{}',
    topics        text[] NOT NULL DEFAULT '{}',
    digest        boolean NOT NULL DEFAULT false,
    requested_at  timestamptz NOT NULL,
    confirmed_at  timestamptz,
    left_at       timestamptz,
    proof         jsonb NOT NULL DEFAULT '{}',
    CHECK ((status = 'confirmed') <= (confirmed_at IS NOT NULL)),
    CHECK ((status = 'left') = (left_at IS NOT NULL))
);
CREATE INDEX subscriptions_confirmed ON subscriptions (id) WHERE status = 'confirmed';
COMMENT ON TABLE subscriptions IS 'Sign-ups for the newsletter; only those that are confirmed get mail';
COMMENT ON COLUMN subscriptions.email IS 'Folded; whoever is erased loses the row';
COMMENT ON COLUMN subscriptions.library_types IS 'What they want to hear of; empty is all';
COMMENT ON COLUMN subscriptions.proof IS 'When, from where (address of the network) and by which text they asked and confirmed; or whence they were imported';

CREATE TABLE suppressions (
    email  text PRIMARY KEY,
    reason text NOT NULL CHECK (reason IN ('bounce', 'complaint', 'staff')),
    since  timestamptz NOT NULL,
    detail text NOT NULL DEFAULT ''
);
COMMENT ON TABLE suppressions IS 'Addresses (folded) that no mail goes to: they do not exist, or their owners called it spam';
