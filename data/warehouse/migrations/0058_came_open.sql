-- A count of before the file came knew nothing of an order that was still open in it: when
-- the order is shipped and nobody has adjusted it, the level has its pieces still.

ALTER TABLE orders ADD COLUMN came_open BOOLEAN;

UPDATE orders SET came_open = true
WHERE stock_policy = 'manual'
  AND outcome IS NULL
  AND NOT cancelled
  AND status <> 'キャンセル';

COMMENT ON COLUMN orders.came_open IS 'Whether the file that created the order showed it as going on; NULL where RMS told of it first, or where nobody kept it';
