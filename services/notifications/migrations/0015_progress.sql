-- Who has one session of a series to go is told so, unless they have completed it by then.

ALTER TABLE notices ADD series_id uuid;
COMMENT ON COLUMN notices.series_id IS 'Of progress: the series that is to be completed';

CREATE TABLE completions (
    series_id uuid NOT NULL,
    person_id uuid NOT NULL,
    PRIMARY KEY (person_id, series_id)
);
COMMENT ON TABLE completions IS 'Who has completed which series: a copy, kept by registration''s events';
