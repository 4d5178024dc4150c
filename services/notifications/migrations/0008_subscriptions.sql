-- The newsletter's readers, what each wants of it, and the proof that they wanted it.

CREATE TABLE subscription_requests (
    id            uuid PRIMARY KEY,
    email         text NOT NULL,
    name          text NOT NULL,
    library_types text[] NOT NULL,
    topics        text[] NOT NULL,
    digest        boolean NOT NULL,
    asked_at      timestamptz NOT NULL DEFAULT programme_now(),
    asked_from    text NOT NULL,
    network       text,
    wording       text NOT NULL,
    expires_at    timestamptz NOT NULL,
    confirmed_at  timestamptz,
    counted_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX subscription_requests_email ON subscription_requests (email, counted_at);
CREATE INDEX subscription_requests_network ON subscription_requests (network, counted_at);
COMMENT ON TABLE subscription_requests IS 'Somebody, maybe a stranger, gave this address: nothing follows from it but one mail, until its owner confirms';
COMMENT ON COLUMN subscription_requests.asked_from IS 'Address, or service, that asked';
COMMENT ON COLUMN subscription_requests.network IS 'NULL where a service of ours asked';
COMMENT ON COLUMN subscription_requests.counted_at IS 'By the real clock, for limits';

CREATE TABLE subscriptions (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    position      bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    revision      bigint NOT NULL DEFAULT 1,
    email         text NOT NULL UNIQUE,
    name          text NOT NULL,
    status        text NOT NULL DEFAULT 'confirmed' CHECK (status IN ('confirmed', 'ended')),
    library_types text[] NOT NULL,
    topics        text[] NOT NULL,
    digest        boolean NOT NULL,
    confirmed_at  timestamptz NOT NULL,
    ended_at      timestamptz,
    ended_by      uuid,
    CHECK ((status = 'ended') = (ended_at IS NOT NULL))
);
COMMENT ON COLUMN subscriptions.email IS 'Folded: in small letters';
COMMENT ON COLUMN subscriptions.ended_by IS 'The newsletter by whose link they left, where it was one';
COMMENT ON COLUMN subscriptions.library_types IS 'Which libraries'' matters they want to hear of; none is all';

CREATE TABLE consents (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscription_id uuid NOT NULL REFERENCES subscriptions ON DELETE CASCADE,
    act             text NOT NULL CHECK (act IN ('asked', 'confirmed', 'changed', 'ended', 'imported')),
    at              timestamptz NOT NULL,
    given_from      text NOT NULL,
    wording         text NOT NULL
);
CREATE INDEX consents_subscription ON consents (subscription_id, id);
COMMENT ON TABLE consents IS 'Proof: what a reader did, when, from where, and which text they were shown';

CREATE VIEW readers AS
    SELECT id, position, revision, email, name, status, library_types, topics, digest, confirmed_at, ended_at
      FROM subscriptions;
COMMENT ON VIEW readers IS 'What the service reads of a subscription';
