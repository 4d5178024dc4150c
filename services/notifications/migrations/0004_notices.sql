-- Mails that are about a person and no session: links to sign in, certificates.

CREATE TABLE notices (
    id         uuid PRIMARY KEY,
    revision   bigint NOT NULL,
    status     text NOT NULL CHECK (status IN ('issued', 'revoked')),
    person_id  uuid NOT NULL,
    email      text NOT NULL,
    name       text NOT NULL,
    expires_at timestamptz
);
COMMENT ON TABLE notices IS 'What such mails are about: a copy, kept by registration''s events';

ALTER TABLE messages ALTER session_id DROP NOT NULL;
COMMENT ON COLUMN messages.subject IS 'The registration, the invitation or the notice that it is about';
