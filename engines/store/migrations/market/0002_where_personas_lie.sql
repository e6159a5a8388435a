-- Where a persona lies among the relay's buckets. Days that were noted before go: with fewer personas known to be alive
-- the buckets are wider, never finer, until they are seen again.
DELETE FROM seen;
ALTER TABLE seen ADD COLUMN spot BIGINT NOT NULL DEFAULT 0;
