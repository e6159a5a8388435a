-- The desk's own database: sealed records, and the mirror of public pages. Portable within SQLite only.
CREATE TABLE records (
    shelf   BLOB NOT NULL,
    place   BLOB NOT NULL,
    version INTEGER NOT NULL,
    sealed  BLOB NOT NULL,
    PRIMARY KEY (shelf, place)
) WITHOUT ROWID;

-- One row: the counter from which every record's version is drawn.
CREATE TABLE versions (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    last INTEGER NOT NULL
);
INSERT INTO versions (one, last) VALUES (1, 0);

CREATE TABLE pages (
    shelf  TEXT NOT NULL,
    series TEXT NOT NULL,
    number INTEGER NOT NULL,
    bytes  BLOB NOT NULL,
    PRIMARY KEY (shelf, series, number)
);
