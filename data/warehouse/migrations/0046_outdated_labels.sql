-- A label that was printed before RMS showed another address: a parcel with it comes to the
-- wrong door. What stood on it is not kept, so it is noted when the address changes.

ALTER TABLE shipping_labels ADD COLUMN outdated_at TIMESTAMPTZ;

COMMENT ON COLUMN shipping_labels.outdated_at IS 'When the mall was seen to have another recipient for the package, or not to have the package any more; NULL while the label is right, and after it was exported again';
