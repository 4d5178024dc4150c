-- Pages tell people when and where a session is. Sessions that are held already learn it with their next event.

ALTER TABLE sessions
    ADD when_label text,
    ADD timezone text,
    ADD venue jsonb,
    ADD platform text;
COMMENT ON COLUMN sessions.when_label IS 'The date in words, for one that has no time yet';
COMMENT ON COLUMN sessions.timezone IS 'IANA name of the zone that its times are meant in';
