-- A mail that is caused anew after a restore has the Message-ID that it had before: so whoever got it sees it once, and what
-- the mail server says that it took can be told from what it did not.

CREATE FUNCTION name_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.id := md5(NEW.kind || ' ' || NEW.subject || ' ' || NEW.cause)::uuid;
    RETURN NEW;
END $$;
CREATE TRIGGER messages_named BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION name_message();
COMMENT ON COLUMN messages.id IS 'Its Message-ID; follows from what the mail is about and what caused it';
