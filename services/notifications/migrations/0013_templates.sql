-- Staff may word a kind of mail otherwise: their template stands in the place of the built-in one.

CREATE TABLE templates (
    kind         text PRIMARY KEY,
    source       text NOT NULL CHECK (length(source) <= 65536),
    since        timestamptz NOT NULL DEFAULT programme_now(),
    broken_since timestamptz,
    broken       text,
    CHECK ((broken_since IS NULL) = (broken IS NULL))
);
COMMENT ON TABLE templates IS 'Templates by staff; a kind without a row is sent as built in';
COMMENT ON COLUMN templates.broken IS 'Why a mail that was due could not be written with it, and was sent as built in';
