-- Addresses that people had before they were corrected. Other services may hold something under them, so an erasure names
-- them too. The database keeps them itself, so that no code can forget it, that of 0.1.0 included.

CREATE TABLE former_addresses (
    person_id uuid NOT NULL REFERENCES people,
    email     text NOT NULL,
    until     timestamptz NOT NULL DEFAULT programme_now(),
    PRIMARY KEY (person_id, email)
);
CREATE INDEX former_addresses_email ON former_addresses (email);
COMMENT ON TABLE former_addresses IS 'Personal data: shown with what is held on a person, gone with their erasure';

CREATE FUNCTION keep_former_address() RETURNS trigger SECURITY DEFINER SET search_path FROM CURRENT LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.erased_at IS NULL THEN
        INSERT INTO former_addresses (person_id, email) VALUES (OLD.id, OLD.email)
        ON CONFLICT (person_id, email) DO UPDATE SET until = excluded.until;
    ELSE
        DELETE FROM former_addresses WHERE person_id = OLD.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER people_readdressed AFTER UPDATE OF email ON people FOR EACH ROW
    WHEN (OLD.email IS DISTINCT FROM NEW.email) EXECUTE FUNCTION keep_former_address();

-- Corrections of the last weeks, as far as the events of that time are still here.
INSERT INTO former_addresses (person_id, email)
SELECT DISTINCT people.id, document #>> '{data,registration,person,email}'
  FROM outbox JOIN people ON people.id::text = document #>> '{data,registration,person,id}'
 WHERE aggregate = 'registration' AND people.erased_at IS NULL
   AND document #>> '{data,registration,person,email}' NOT IN ('', people.email);
