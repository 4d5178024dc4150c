-- What sessions still lacked: who presents, what one learns, for whom it is, what there is to read; captions of
-- recordings; and recordings that are withdrawn, whose numbers stay, so that whoever follows knows news from old.

CREATE TABLE presenters (
    session_id      uuid NOT NULL REFERENCES sessions,
    place           integer NOT NULL,
    name            text NOT NULL,
    title           text,
    organization_id uuid REFERENCES organizations,
    bio             text,
    PRIMARY KEY (session_id, place)
);
CREATE INDEX presenters_organization ON presenters (organization_id) WHERE organization_id IS NOT NULL;
COMMENT ON TABLE presenters IS 'Apart from sessions for their organizations, which may be renamed';

ALTER TABLE sessions
    ADD learning_outcomes json NOT NULL DEFAULT '[]',
    ADD who_should_attend text NOT NULL DEFAULT '',
    ADD materials         json NOT NULL DEFAULT '[]';

ALTER TABLE recordings ADD captions_url text;

CREATE TABLE withdrawn_recordings (
    session_id uuid PRIMARY KEY REFERENCES sessions,
    id         uuid NOT NULL,
    revision   bigint NOT NULL
);
COMMENT ON TABLE withdrawn_recordings IS 'A recording that is published again goes on with this id and revision';

-- Documents that stand get the new members, and those who follow the changes are told of it.
WITH raised AS (
    UPDATE catalog_revision SET revision = revision + 1, stamped_at = clock_timestamp()
     WHERE EXISTS (SELECT FROM entries WHERE kind = 'session' AND document::text <> '{}')
    RETURNING revision
), completed AS (
    UPDATE entries
       SET changed_in = raised.revision,
           document = regexp_replace(
               replace(document::text, '"transcript_url":', '"captions_url":null,"transcript_url":'), '\}\s*$',
               ',"presenters":[],"learning_outcomes":[],"who_should_attend":"","materials":[]}')::json
      FROM raised
     WHERE kind = 'session' AND document::text <> '{}'
    RETURNING entries.id, slug, published_at, document, changed_in
)
INSERT INTO changes (revision, kind, entry_id, slug, operation, document)
SELECT changed_in, 'session', id, slug, 'put', document FROM completed WHERE published_at IS NOT NULL;
