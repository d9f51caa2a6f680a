-- Amazon tells how many pieces of a line are still to be sent: a part may have left by
-- itself, and a confirmation of more than the rest is refused.

ALTER TABLE order_lines ADD COLUMN quantity_to_ship INTEGER;

COMMENT ON COLUMN order_lines.quantity_to_ship IS 'Pieces still to be sent, as the mall''s file told last; NULL where none tells: all of them';
