-- Who has one session of a series left to see is told so, once for each session that was the last one left.

CREATE TABLE progress (
    id          uuid PRIMARY KEY,
    series_id   uuid NOT NULL REFERENCES series,
    person_id   uuid NOT NULL REFERENCES people,
    session_id  uuid NOT NULL,
    seen        integer NOT NULL,
    progress_at timestamptz NOT NULL DEFAULT programme_now(),
    UNIQUE (series_id, person_id, session_id)
);
COMMENT ON TABLE progress IS 'Whom nothing but session_id kept from completing the series, at that moment; kept, so that nobody is told twice';
