-- Addresses that no mail goes to.

CREATE TABLE suppressions (
    email  text PRIMARY KEY,
    reason text NOT NULL CHECK (reason IN ('bounce', 'complaint', 'staff')),
    since  timestamptz NOT NULL DEFAULT programme_now(),
    detail text NOT NULL DEFAULT ''
);
COMMENT ON TABLE suppressions IS 'Addresses (in small letters) that no mail goes to: they do not exist, or their owners called our mail spam';
COMMENT ON COLUMN suppressions.detail IS 'What the mail server said, or why staff did it';
