-- Whether somebody is erased is asked for every event about a person: with one question instead of two.

CREATE FUNCTION is_erased(person uuid) RETURNS boolean VOLATILE LANGUAGE plpgsql AS $$
BEGIN
    -- Each statement sees what was committed before it began: the second what was while the first waited.
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('person:' || person, 0));
    RETURN EXISTS (SELECT FROM erased_people WHERE person_id = person);
END $$;
COMMENT ON FUNCTION is_erased IS 'Whoever is told no, and those who forget the person, take turns until their transactions end';
