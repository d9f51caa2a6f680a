-- A line changes after a person adjusted stock for it, and nothing moves. A warning of the
-- file went with the next look at the order, and of RMS's own change nobody was told.

CREATE TABLE outdated_adjustments (
    mall         VARCHAR     NOT NULL,
    shop_id      VARCHAR     NOT NULL,
    order_number VARCHAR     NOT NULL,
    sku          VARCHAR     NOT NULL,
    quantity     BIGINT      NOT NULL,
    changed_at   TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE outdated_adjustments IS 'What orders created by CSV sell more or less of a SKU than when a person adjusted stock for their lines; the ledger does not know of it';
COMMENT ON COLUMN outdated_adjustments.mall IS 'Mall of the order';
COMMENT ON COLUMN outdated_adjustments.shop_id IS 'Shop of the order';
COMMENT ON COLUMN outdated_adjustments.order_number IS '受注番号';
COMMENT ON COLUMN outdated_adjustments.sku IS 'The SKU whose stock the lines sold when they changed';
COMMENT ON COLUMN outdated_adjustments.quantity IS 'Pieces more that leave; negative: fewer';
COMMENT ON COLUMN outdated_adjustments.changed_at IS 'When the request was sent, or the file imported, that showed the change';
