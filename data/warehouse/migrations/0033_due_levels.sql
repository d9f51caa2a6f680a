-- Since when each level was due at the mall: how long it took from its cause to the proof.

ALTER TABLE inventory_pushes ADD COLUMN due_since TIMESTAMPTZ;

COMMENT ON COLUMN inventory_pushes.due_since IS 'Since when the mall had to be told: the first movement, SKU mapping or safety stock after what was verified before; NULL before juchu kept it';
