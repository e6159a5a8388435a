-- The public pages: search stands in memory, figures and excerpts of samples stand here.

-- The words of listings are read once when the market starts (docs/decisions/0004).
DROP TABLE listing_words;
ALTER TABLE listings DROP COLUMN words;

-- Counts by what is counted, and what is shown of them in ranges.
CREATE TABLE figures (
    name TEXT NOT NULL PRIMARY KEY,
    count BIGINT NOT NULL,
    shown BYTEA NOT NULL,
    due BIGINT NOT NULL
);
CREATE INDEX figures_by_due ON figures (due);

-- The few rows and the profile of a sample that pages show: follows from the sample and is never newer.
CREATE TABLE sample_excerpts (manifest BYTEA NOT NULL PRIMARY KEY, document BYTEA NOT NULL);

CREATE INDEX manifests_by_listing ON manifests (listing, number);
CREATE INDEX manifests_by_name ON manifests (seller, name, number);
