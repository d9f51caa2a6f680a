-- What amounts are that were named by a word only: nothing is stored otherwise.

COMMENT ON COLUMN orders.request_total IS '請求金額, yen: what the buyer pays, with postage and fees, after coupons, discounts and points; what was paid back is not taken off';
COMMENT ON COLUMN orders.tax_total IS '消費税 as the mall''s file has it, yen: at some the tax in the prices, at others what comes on top (at Rakuten 0 where prices have it). No sum over malls; what is billed by rate is in tax_summaries; from CSV only';
COMMENT ON COLUMN orders.refunded_total IS 'Paid back to the buyer so far, yen, and not taken off request_total; only Shopify''s file tells it. NULL of every other mall, also where money was paid back: Rakuten lowers request_total';
COMMENT ON COLUMN closed_orders.taxes IS 'What was billed at each whole percent and the tax in it, yen, Rakuten''s before points and without the fee of 後払い that the buyer bears; NULL where the mall does not tell it';
COMMENT ON COLUMN stock_movements.effective_at IS 'Since when the goods are gone or there: a new order''s ordered_at, a change''s observed_at, a cancellation''s settling where the mall tells when, a count''s counted_at';
