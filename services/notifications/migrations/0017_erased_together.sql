-- Whether somebody is erased is asked for every event about a person: with one question, of many at once.

CREATE FUNCTION erased_among(people uuid[]) RETURNS SETOF uuid VOLATILE LANGUAGE plpgsql AS $$
BEGIN
    -- Each statement sees what was committed before it began: the second what was while the first waited.
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('person:' || person, 0))
       FROM (SELECT DISTINCT unnest(people) AS person ORDER BY 1) AS sorted;
    RETURN QUERY SELECT person_id FROM erased_people WHERE person_id = ANY(people);
END $$;
COMMENT ON FUNCTION erased_among IS 'Whoever asks, and those who forget these people, take turns until their transactions end';
