-- A notice that a mail came back is believed because it names the mail's Message-ID. It followed from ids of which some are
-- public (of recordings, issues, sessions) and others known to whoever registered somebody; now from a secret as well. It is
-- in the database and its backups, so a mail that is caused anew after a restore still has the id that it had before.

CREATE TABLE message_secret (
    one    boolean PRIMARY KEY DEFAULT true CHECK (one),
    secret text NOT NULL DEFAULT gen_random_uuid() || ' ' || gen_random_uuid()
);
INSERT INTO message_secret DEFAULT VALUES;
COMMENT ON TABLE message_secret IS 'Makes ids of messages such that nobody can guess them; never changed';

-- As its owner, so that code of the release before, which may not read the table, goes on making mails due.
CREATE OR REPLACE FUNCTION name_message() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    named text := NEW.kind || ' ' || NEW.subject || ' ' || NEW.cause;
BEGIN
    NEW.id := (SELECT substr(encode(sha256(convert_to(secret || ' ' || named, 'UTF8')), 'hex'), 1, 32)::uuid FROM message_secret);
    RETURN NEW;
END $$;
