-- A certificate keeps what it said when it was issued: to whom, for what, and by whom. Staff correct one by revoking it and
-- issuing another, so somebody may have several for one session.

ALTER TABLE certificates
    ADD name        text,
    ADD slug        text,
    ADD issuer_name text,
    ADD issuer_url  text,
    ADD replaces    uuid;
COMMENT ON COLUMN certificates.name IS 'The holder''s, as it was when the certificate was issued; later corrections of theirs do not change it';
COMMENT ON COLUMN certificates.slug IS 'Of the session attended or the series completed, as it was then';
COMMENT ON COLUMN certificates.issuer_name IS 'NULL until a worker of this release has noted it, where 0.1.0 issued the certificate';
COMMENT ON COLUMN certificates.replaces IS 'The certificate that this one was issued to correct';

-- The database notes it itself, so that no code can forget it, that of 0.1.0 included.
CREATE FUNCTION freeze_certificate() RETURNS trigger SET search_path FROM CURRENT LANGUAGE plpgsql AS $$
BEGIN
    NEW.name := coalesce(NEW.name, (SELECT name FROM people WHERE id = NEW.person_id));
    NEW.slug := coalesce(NEW.slug, (SELECT slug FROM sessions WHERE id = NEW.session_id),
                         (SELECT slug FROM series WHERE id = NEW.series_id));
    RETURN NEW;
END $$;
CREATE TRIGGER certificates_frozen BEFORE INSERT ON certificates FOR EACH ROW EXECUTE FUNCTION freeze_certificate();

UPDATE certificates
   SET name = (SELECT name FROM people WHERE people.id = person_id),
       slug = coalesce((SELECT slug FROM sessions WHERE sessions.id = session_id),
                       (SELECT slug FROM series WHERE series.id = series_id));

-- Over a column that is new: nothing is in it but what 0.1.0 issues until a worker of this release comes by.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX certificates_unsigned ON certificates (id) WHERE issuer_name IS NULL;

-- A part of certificates, in all that reads or deletes those: the code of 0.1.0 finds them there, and goes on issuing by the
-- uniqueness that they would be in the way of.
CREATE TABLE replaced_certificates (
    PRIMARY KEY (id),
    FOREIGN KEY (person_id) REFERENCES people,
    FOREIGN KEY (session_id) REFERENCES sessions,
    FOREIGN KEY (series_id) REFERENCES series
) INHERITS (certificates);
CREATE INDEX replaced_certificates_person ON replaced_certificates (person_id);
COMMENT ON TABLE replaced_certificates IS 'Revoked, and another was issued in their place';
