-- Addresses that no mail goes to.

CREATE TABLE suppressions (
    email    text PRIMARY KEY,
    id       uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    reason   text NOT NULL CHECK (reason IN ('bounce', 'complaint', 'staff')),
    detail   text NOT NULL DEFAULT '',
    since    timestamptz NOT NULL DEFAULT programme_now()
);
COMMENT ON TABLE suppressions IS 'Addresses (in small letters) that no mail goes to: they do not exist, or their owners called our mail spam';
COMMENT ON COLUMN suppressions.id IS 'By which it is spoken of, so that no address stands in a path';
COMMENT ON COLUMN suppressions.detail IS 'What a mail server said, or why staff did it';
