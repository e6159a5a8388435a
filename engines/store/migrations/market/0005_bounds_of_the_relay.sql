-- The day on which a desk's own letter was kept or its persona was seen, the later of the two: a persona without an order
-- that nobody sees any more is forgotten by it. 0 for letters from before: they count from the first sweep. `born` is the day
-- on which the slot was first written.
ALTER TABLE self_letters ADD COLUMN day BIGINT NOT NULL DEFAULT 0;
ALTER TABLE self_letters ADD COLUMN born BIGINT NOT NULL DEFAULT 0;
CREATE INDEX self_letters_by_day ON self_letters (day, spot);
CREATE INDEX self_letters_by_birth ON self_letters (born, spot);
CREATE INDEX orders_by_buyer ON orders (buyer);
