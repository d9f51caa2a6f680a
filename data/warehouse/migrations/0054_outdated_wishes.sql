-- The wished day and hours, and how cold the parcel travels, stand on the label, too.

COMMENT ON COLUMN shipping_labels.outdated_at IS 'When the mall was seen to have another recipient for the package, another day or hours wished for, 冷蔵 or 冷凍, another amount to be collected at the door, or not to have the package any more; NULL while the label is right, and after it was exported again';
