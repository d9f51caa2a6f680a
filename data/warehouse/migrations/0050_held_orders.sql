-- A mall's status may say that an order must not be sent yet. No order is changed here: the
-- next file of its mall tells.

COMMENT ON COLUMN orders.is_under_review IS '楽天確認中, or the mall''s status says not to send yet: not paid, under review, reserved, cancellation asked for';
