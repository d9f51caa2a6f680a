-- What figures are whose comments said something else than what is stored.

COMMENT ON COLUMN closed_orders.units IS '個数 sold; a set of several SKUs counts once, pieces taken back are taken off';
COMMENT ON COLUMN order_lines.price_before_tax IS 'The mall''s own price of one piece where its API tells it without tax, yen; NULL where it has tax, and where only a file told the line';
COMMENT ON COLUMN loads.found_without_notice IS 'Orders it created, placed since the shop''s notices began, that no notice had named by then, nor in the two days after; NULL = not counted';
COMMENT ON COLUMN mall_fees.shop_id IS 'Shop at the mall; empty = every shop there, on days for which it has no row of its own';
COMMENT ON COLUMN orders.coupon_total IS 'クーポン利用総額, yen: of the shop and of others';
COMMENT ON COLUMN orders.coupon_other IS '店舗以外のクーポン利用額, yen; at Creema with the points and vouchers used, which its file has in one sum';
