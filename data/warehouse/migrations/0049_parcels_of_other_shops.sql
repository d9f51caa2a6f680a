-- A carrier's file has the parcels of all malls. Whether a row is of another shop's order
-- was told by the words of its reason, which staff read and somebody may change.

ALTER TABLE shipment_rejects ADD COLUMN is_elsewhere BOOLEAN;
UPDATE shipment_rejects SET is_elsewhere = starts_with(reason, 'ほかの店舗の注文です。');

COMMENT ON COLUMN shipment_rejects.is_elsewhere IS 'Whether the row is of an order of another shop, which waits for nobody here';
