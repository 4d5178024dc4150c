-- Mails tell people in whose zone they are when an online session is.

ALTER TABLE registrations ADD timezone text;
COMMENT ON COLUMN registrations.timezone IS 'IANA name, where the person said one';
