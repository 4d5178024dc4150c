-- Draft, published, withdrawn: what is withdrawn was public once, answers 410 and is told to whoever follows. A slug that
-- changed leads to the present one. And the stamp by which answers that were kept are known to be current.

ALTER TABLE entries
    ADD publish_at   timestamptz,
    ADD withdrawn_at timestamptz,
    ADD announced    boolean NOT NULL DEFAULT false,
    ADD updated_at   timestamptz NOT NULL DEFAULT programme_now(),
    ADD state        text NOT NULL GENERATED ALWAYS AS (
                     CASE WHEN withdrawn_at IS NOT NULL THEN 'withdrawn'
                          WHEN published_at IS NOT NULL THEN 'published'
                          WHEN publish_at IS NOT NULL THEN 'scheduled'
                          ELSE 'draft' END) STORED,
    ADD CHECK (withdrawn_at IS NULL OR published_at IS NULL);
UPDATE entries SET announced = published_at IS NOT NULL AND revision > 0,
                   updated_at = coalesce((document ->> 'updated_at')::timestamptz, updated_at);
COMMENT ON COLUMN entries.published_at IS 'Set while it is public; NULL is a draft, or withdrawn';
COMMENT ON COLUMN entries.publish_at IS 'When a draft is to become public by itself';
COMMENT ON COLUMN entries.withdrawn_at IS 'When it was taken from the public; publishing it again takes this away';
COMMENT ON COLUMN entries.announced IS 'Whether those who follow were told that it is public';
COMMENT ON COLUMN entries.updated_at IS 'When what the public sees of it last changed, its withdrawal included';
CREATE INDEX entries_to_be_published ON entries (publish_at) WHERE publish_at IS NOT NULL;
CREATE INDEX sessions_ahead ON sessions (starts_earliest, id) WHERE status IN ('planned', 'scheduled');
CREATE INDEX entries_updated ON entries (updated_at, id) WHERE revision > 0;

CREATE TABLE former_slugs (
    kind     text NOT NULL,
    slug     text NOT NULL,
    entry_id uuid NOT NULL REFERENCES entries,
    PRIMARY KEY (kind, slug)
);
COMMENT ON TABLE former_slugs IS 'Slugs that things once had: addresses with them lead to the present ones';

ALTER TABLE catalog_revision ADD stamped_at timestamptz NOT NULL DEFAULT clock_timestamp();
COMMENT ON COLUMN catalog_revision.stamped_at IS 'With the revision, no state but this one: a restored database counts anew';

CREATE TABLE reading_revision (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    revision bigint NOT NULL
);
INSERT INTO reading_revision (revision) VALUES (0);
COMMENT ON TABLE reading_revision IS 'Raised by what readers see and no write of the catalog changes: seats taken, comments';
