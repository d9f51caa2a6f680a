-- What is collected at the door stands on the label, too.

COMMENT ON COLUMN shipping_labels.outdated_at IS 'When the mall was seen to have another recipient for the package, another amount to be collected at the door, or not to have the package any more; NULL while the label is right, and after it was exported again';
