-- Parcels that have no slip number.

COMMENT ON COLUMN shipments.tracking_number IS 'お荷物伝票番号, without hyphens; text: leading zeros stay; なし for a parcel that has none';
COMMENT ON COLUMN shipments.replaces IS 'The wrong number it corrects (訂正前の伝票番号); なし when the parcel was first said to have none';
