-- A mail server that refuses us must silence nobody: while refusals of us come in a row, from several recipient domains and
-- with no mail accepted in between, sending rests by all workers together, and no mail loses an attempt.

CREATE TABLE mail_refusals (
    message_id uuid PRIMARY KEY,
    held       boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE mail_refusals IS 'Mails refused, with us as the reason, since the last one that was accepted';
COMMENT ON COLUMN mail_refusals.held IS 'Whether it was given back its attempt: it waits, and goes out later';

CREATE TABLE mail_rests (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    since      timestamptz NOT NULL DEFAULT clock_timestamp(),
    message_id uuid NOT NULL,
    probe_at   timestamptz NOT NULL,
    probes     integer NOT NULL DEFAULT 0
);
COMMENT ON TABLE mail_rests IS 'While it has its row sending rests, but for one mail at a time that tries whether it is over';
COMMENT ON COLUMN mail_rests.message_id IS 'The mail whose refusal began it: messages.reply has what the server said';

ALTER TABLE messages ADD refusals integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN messages.refusals IS 'How often it was refused, with us as the reason, and given back its attempt';
