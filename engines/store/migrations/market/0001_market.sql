-- The market's tables, the same text for SQLite and PostgreSQL 15: only BIGINT, TEXT and BYTEA. Ids, personas and words of
-- our own are TEXT; whatever somebody else may choose is BYTEA, so that no collation and no zero character can tell the two
-- engines apart. Times are milliseconds since 1970. Why each column may be stored: docs/operating/retention.md.

-- One row. Every writing transaction holds it; whoever takes the database over counts it up.
CREATE TABLE lease (id BIGINT NOT NULL PRIMARY KEY, generation BIGINT NOT NULL);
INSERT INTO lease (id, generation) VALUES (1, 0);

CREATE TABLE counters (name TEXT NOT NULL PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO counters (name, value) VALUES ('letters', 0), ('tickets', 0), ('manifests', 0);

CREATE TABLE charter (name TEXT NOT NULL PRIMARY KEY, value BYTEA NOT NULL);

CREATE TABLE listings (
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    newest BIGINT NOT NULL,
    seller TEXT NOT NULL,
    manifest BYTEA NOT NULL,
    live BIGINT NOT NULL,
    words BYTEA NOT NULL,
    at BIGINT NOT NULL,
    day BIGINT NOT NULL,
    shown_after BIGINT NOT NULL,
    document BYTEA NOT NULL,
    PRIMARY KEY (id, version)
);
CREATE INDEX listings_by_day ON listings (day, shown_after, id, version);
CREATE INDEX listings_live ON listings (newest, live, id);

CREATE TABLE listing_words (word BYTEA NOT NULL, listing TEXT NOT NULL, PRIMARY KEY (word, listing));
CREATE INDEX listing_words_by_listing ON listing_words (listing);

CREATE TABLE manifests (
    digest BYTEA NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL,
    seller TEXT NOT NULL,
    listing TEXT NOT NULL,
    name BYTEA NOT NULL,
    body BYTEA NOT NULL,
    blocks BYTEA NOT NULL,
    at BIGINT NOT NULL,
    document BYTEA NOT NULL,
    beacon BYTEA,
    sample BYTEA
);
CREATE INDEX manifests_by_seller ON manifests (seller, number);
CREATE INDEX manifests_by_body ON manifests (body);
CREATE INDEX manifests_by_blocks ON manifests (blocks);

CREATE TABLE uploads (
    id TEXT NOT NULL PRIMARY KEY,
    seller TEXT NOT NULL,
    body BYTEA NOT NULL,
    bytes BIGINT NOT NULL,
    touched BIGINT NOT NULL,
    complete BIGINT NOT NULL,
    UNIQUE (seller, body, bytes)
);
CREATE INDEX uploads_by_body ON uploads (body);
CREATE INDEX uploads_by_touch ON uploads (touched);
CREATE TABLE upload_parts (
    upload TEXT NOT NULL,
    n BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (upload, n)
);

-- A shrunk order keeps id, outcome and revision 0; every other column is NULL.
CREATE TABLE orders (
    id TEXT NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL,
    listing TEXT,
    buyer TEXT,
    seller TEXT,
    state BYTEA,
    due BIGINT,
    closed_at BIGINT,
    outcome TEXT
);
CREATE INDEX orders_by_due ON orders (due);
CREATE INDEX orders_by_closing ON orders (closed_at);
CREATE TABLE order_papers (
    order_id TEXT NOT NULL,
    paper TEXT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (order_id, paper)
);

CREATE TABLE letters (
    number BIGINT NOT NULL PRIMARY KEY,
    mailbox TEXT NOT NULL,
    spot BIGINT NOT NULL,
    tick BIGINT NOT NULL,
    hour BIGINT NOT NULL,
    arrived BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    bytes BYTEA NOT NULL,
    UNIQUE (mailbox, digest)
);
CREATE INDEX letters_by_mailbox ON letters (mailbox, number);
CREATE INDEX letters_by_tick ON letters (tick, spot);
CREATE INDEX letters_by_hour ON letters (hour, spot);
CREATE INDEX letters_by_arrival ON letters (arrived);
CREATE TABLE self_letters (
    persona TEXT NOT NULL,
    slot BIGINT NOT NULL,
    spot BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (persona, slot)
);
CREATE INDEX self_letters_by_spot ON self_letters (spot);
CREATE TABLE self_ends (persona TEXT NOT NULL PRIMARY KEY, until BIGINT NOT NULL);
CREATE TABLE seen (persona TEXT NOT NULL PRIMARY KEY, day BIGINT NOT NULL);

CREATE TABLE pools (
    id BYTEA NOT NULL PRIMARY KEY,
    generation BIGINT NOT NULL,
    currency TEXT NOT NULL,
    genesis BYTEA NOT NULL,
    revision BIGINT,
    open_epoch BIGINT,
    tree_size BIGINT,
    frontier BYTEA,
    turnstile BYTEA
);
CREATE TABLE bundles (
    digest BYTEA NOT NULL PRIMARY KEY,
    pool BYTEA NOT NULL,
    epoch BIGINT NOT NULL,
    position BIGINT NOT NULL,
    terms_tag BYTEA NOT NULL UNIQUE,
    answer BYTEA NOT NULL,
    UNIQUE (pool, epoch, position)
);
CREATE TABLE nullifiers (pool BYTEA NOT NULL, nullifier BYTEA NOT NULL, PRIMARY KEY (pool, nullifier));
CREATE TABLE open_entries (
    pool BYTEA NOT NULL,
    epoch BIGINT NOT NULL,
    position BIGINT NOT NULL,
    entry BYTEA NOT NULL,
    PRIMARY KEY (pool, epoch, position)
);
CREATE TABLE epochs (
    pool BYTEA NOT NULL,
    epoch BIGINT NOT NULL,
    at BIGINT NOT NULL,
    root BYTEA NOT NULL,
    tree_size BIGINT NOT NULL,
    leaf BYTEA NOT NULL,
    file BYTEA,
    PRIMARY KEY (pool, epoch)
);
CREATE INDEX epochs_by_time ON epochs (pool, at);
CREATE TABLE roots (pool BYTEA NOT NULL, root BYTEA NOT NULL, epoch BIGINT NOT NULL, PRIMARY KEY (pool, root));

-- What a leaf was about stands apart from the leaf, so that it can be forgotten alone.
CREATE TABLE log_known (
    kind BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    salt BYTEA,
    leaf_digest BYTEA NOT NULL,
    idx BIGINT,
    staged BYTEA,
    PRIMARY KEY (kind, digest)
);
CREATE INDEX log_staged ON log_known (idx, leaf_digest);
CREATE TABLE log_leaves (idx BIGINT NOT NULL PRIMARY KEY, bytes BYTEA NOT NULL);
CREATE TABLE log_hashes (
    level BIGINT NOT NULL,
    n BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (level, n)
);
CREATE TABLE log_head (
    id BIGINT NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    root BYTEA NOT NULL,
    note BYTEA NOT NULL
);

CREATE TABLE jobs (
    key TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    body BYTEA NOT NULL,
    due BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    leased BIGINT NOT NULL,
    ticket BIGINT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX jobs_by_due ON jobs (due);

CREATE TABLE nonces (
    persona TEXT NOT NULL,
    nonce BYTEA NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (persona, nonce)
);
CREATE INDEX nonces_by_expiry ON nonces (expires);
