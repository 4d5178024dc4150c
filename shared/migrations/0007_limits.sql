-- How much each network and each mailbox caused lately: one way to count for every limit that answers 429.

CREATE TABLE usage_counts (
    counter    bytea NOT NULL,
    slot       bigint NOT NULL,
    shard      smallint NOT NULL,
    amount     integer NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (counter, slot, shard)
) WITH (fillfactor = 70);
CREATE INDEX usage_counts_expired ON usage_counts (expires_at);
COMMENT ON TABLE usage_counts IS 'For limits, some hours long: hashes of networks and mailboxes, and how much each caused';
COMMENT ON COLUMN usage_counts.slot IS 'A twentieth of the limit''s time';
COMMENT ON COLUMN usage_counts.shard IS 'Spreads what one network causes over rows, so that nobody waits for another';

-- Counts, or raises CV429 with the seconds to wait as its detail. Being VOLATILE it sees what others committed meanwhile;
-- with one shard, callers of one counter take turns and none gets through too many.
CREATE FUNCTION count_usage(wanted bytea, more integer, most integer, seconds integer, shards integer) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    width   integer := greatest(seconds / 20, 1);
    present double precision := extract(epoch FROM clock_timestamp());
    newest  bigint := floor(present / width);
    used    bigint;
    waiting double precision;
BEGIN
    INSERT INTO usage_counts AS known (counter, slot, shard, amount, expires_at)
    VALUES (wanted, newest, floor(random() * shards), more, to_timestamp((newest + 21) * width))
    ON CONFLICT (counter, slot, shard) DO UPDATE SET amount = known.amount + excluded.amount;
    SELECT sum(amount) INTO used FROM usage_counts WHERE counter = wanted AND slot > newest - 20;
    IF used <= most THEN
        RETURN true;
    END IF;
    SELECT (max(slot) + 20) * width - present INTO waiting
      FROM (SELECT slot, sum(amount) OVER (ORDER BY slot DESC, shard) AS since
              FROM usage_counts WHERE counter = wanted AND slot > newest - 20) AS slots
     WHERE since > most;
    RAISE EXCEPTION USING ERRCODE = 'CV429', MESSAGE = 'a limit is reached', DETAIL = ceil(waiting)::integer::text,
        HINT = encode(wanted, 'hex');
END
$$;
