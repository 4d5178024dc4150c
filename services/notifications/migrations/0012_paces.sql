-- Mail providers take only so many mails a second: those of issues go at the pace that each takes.

CREATE TABLE mail_paces (
    domain    text PRIMARY KEY,
    next_free timestamptz NOT NULL
);
COMMENT ON TABLE mail_paces IS 'Up to when the places of a domain (`*`: of our own mail server) are given to mails';

ALTER TABLE messages ADD paced boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN messages.paced IS 'Whether it has its place in line: it goes when its next_attempt_at has come';
