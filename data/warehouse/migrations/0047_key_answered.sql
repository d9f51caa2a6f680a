-- When RMS last accepted a key: an end that a person typed is wrong once it has after that.

ALTER TABLE shop_keys ADD COLUMN answered_at TIMESTAMPTZ;

COMMENT ON COLUMN shop_keys.answered_at IS 'When the mall last accepted the key in a connection check; a typed end before that is wrong and counts no more';
