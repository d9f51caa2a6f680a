-- Orders that only a CSV knows: the mall was asked for them and did not show them. What is
-- asked for again, a push of tracking numbers and what waits for a person all go by this.
-- `UNREADABLE` is data.model.notice.UNREADABLE: the mall shows it, we could not read it.

CREATE VIEW orders_not_at_mall AS
SELECT
    o.mall, o.shop_id, o.order_number, o.status, o.imported_at,
    r.first_seen_at AS missing_since
FROM orders AS o
JOIN order_refusals AS r USING (mall, shop_id, order_number)
WHERE r.settled_at IS NULL
  AND r.code <> 'UNREADABLE'
  AND o.source = 'csv'
  AND o.content_source <> 'api'
  AND NOT EXISTS (
      SELECT 1
      FROM order_log AS l
      WHERE l.mall = o.mall
        AND l.shop_id = o.shop_id
        AND l.order_number = o.order_number
        AND l.source = 'api'
  );

COMMENT ON VIEW orders_not_at_mall IS 'Orders a CSV created that the mall, when asked, did not show (RMSにない注文); one it has ever shown is not among them';
COMMENT ON COLUMN orders_not_at_mall.mall IS 'Mall of the order';
COMMENT ON COLUMN orders_not_at_mall.shop_id IS 'Shop of the order';
COMMENT ON COLUMN orders_not_at_mall.order_number IS '受注番号';
COMMENT ON COLUMN orders_not_at_mall.status IS 'Where the order stands for the shop';
COMMENT ON COLUMN orders_not_at_mall.imported_at IS 'When the order was created in this warehouse';
COMMENT ON COLUMN orders_not_at_mall.missing_since IS 'When the mall was asked for it in vain first';
