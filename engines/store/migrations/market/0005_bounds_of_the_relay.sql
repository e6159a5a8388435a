-- The day on which a desk's own letter was kept or its persona was seen, the later of the two: a persona without an order
-- that nobody sees any more is forgotten by it. Letters from before count from the last day on which anybody was seen.
ALTER TABLE self_letters ADD COLUMN day BIGINT NOT NULL DEFAULT 0;
UPDATE self_letters SET day = (SELECT COALESCE(MAX(day), 0) FROM seen);
CREATE INDEX self_letters_by_day ON self_letters (day, spot);
CREATE INDEX orders_by_buyer ON orders (buyer);
