-- What is searched and what is found by filters: the text of what is public, as words that are weighted, stemmed and
-- without accents; words as they are written, for those who mistype them; and numbers, by which a process that answers
-- keeps sets of sessions in memory (see services/catalog/discovery/index.py).

ALTER TABLE entries ADD number integer GENERATED ALWAYS AS IDENTITY UNIQUE;
COMMENT ON COLUMN entries.number IS 'A small name for it in sets of numbers';
CREATE INDEX entries_changed ON entries (changed_in) WHERE kind = 'session';

ALTER TABLE availability ADD changed_in bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN availability.changed_in IS 'The reading revision that last changed it';
CREATE INDEX availability_changed ON availability (changed_in);

-- The next of these moments ends the time for which answers about registration stay true.
CREATE INDEX sessions_opening ON sessions (opens_at);
CREATE INDEX sessions_closing ON sessions (coalesce(closes_at, starts_at));

DROP VIEW admissions;
DROP INDEX sessions_starts;
DROP INDEX sessions_initiative;
CREATE INDEX sessions_initiative ON sessions (initiative_id);

CREATE TEXT SEARCH CONFIGURATION english_plain (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION english_plain
    ALTER MAPPING FOR hword, hword_part, word WITH extensions.unaccent, pg_catalog.english_stem;
CREATE TEXT SEARCH CONFIGURATION plain (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION plain
    ALTER MAPPING FOR hword, hword_part, word WITH extensions.unaccent, pg_catalog.simple;

CREATE TABLE texts (
    entry_id     uuid PRIMARY KEY REFERENCES entries,
    number       integer NOT NULL UNIQUE,
    kind         text NOT NULL CHECK (kind IN ('series', 'session', 'announcement')),
    title        text NOT NULL,
    summary      text NOT NULL,
    body         text NOT NULL,
    title_vector tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('english_plain', title)) STORED,
    vector       tsvector NOT NULL GENERATED ALWAYS AS (
                 setweight(to_tsvector('english_plain', title), 'A') ||
                 setweight(to_tsvector('english_plain', summary), 'B') ||
                 setweight(to_tsvector('english_plain', body), 'D')) STORED
);
COMMENT ON TABLE texts IS 'Of what is public, the text in which it is found, without markup';
CREATE INDEX texts_title ON texts USING gin (title_vector) WITH (fastupdate = off);
CREATE INDEX texts_all ON texts USING gin (vector) WITH (fastupdate = off);

CREATE TABLE words (
    word text PRIMARY KEY
);
COMMENT ON TABLE words IS 'Words of these texts as they are written, to find what is meant by one that is mistyped';
CREATE INDEX words_alike ON words USING gin (word extensions.gin_trgm_ops);

CREATE FUNCTION words_query(finished text, prefix text) RETURNS tsquery STABLE PARALLEL SAFE LANGUAGE sql AS $$
    SELECT websearch_to_tsquery('english_plain', finished) && to_tsquery('english_plain', prefix)
$$;
COMMENT ON FUNCTION words_query IS 'What a reader looks for: words, phrases and exclusions, and the beginning of a last word';

CREATE FUNCTION is_of_kinds(entry_id uuid, kind text, kinds text[]) RETURNS boolean STABLE PARALLEL SAFE LANGUAGE sql AS $$
    SELECT kinds IS NULL OR kind = ANY(kinds)
           OR 'recording' = ANY(kinds) AND EXISTS (SELECT FROM recordings WHERE session_id = entry_id)
$$;
COMMENT ON FUNCTION is_of_kinds IS 'Whether it is one of these; a recording is a session that has one';

INSERT INTO texts (entry_id, number, kind, title, summary, body)
SELECT id, number, kind, title, summary, regexp_replace(description_html, '<[^>]*>', ' ', 'g')
  FROM entries WHERE published_at IS NOT NULL AND kind IN ('series', 'session', 'announcement');
INSERT INTO words (word)
SELECT DISTINCT word FROM texts, unnest(tsvector_to_array(to_tsvector('plain', title || ' ' || summary || ' ' || body))) AS word
 WHERE word ~ '^[a-z]{4,30}$';
