-- Without `live` before it, SQLite took this index for one listing's newest version too, and looked through all of them.
DROP INDEX listings_live;
CREATE INDEX listings_live ON listings (live, newest, id);
