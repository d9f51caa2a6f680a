-- merge_orders: write the orders that are new or changed.
-- in:  temporary table `written`, $source, $stored_at
-- out: rows of orders. Columns not named here keep what they hold; source, stock
--      policy and creation time never change; status moves only when the mall's own
--      status did, because a person or a CSV may have set it (design: rule 6.3)
MERGE INTO orders
USING (
    SELECT
        w.mall, w.shop_id, w.order_number,
        coalesce(o.source, $source) AS source,
        CASE
            WHEN o.status IS NULL OR w.status_moves THEN w.status
            ELSE o.status
        END AS status,
        w.body.mall_status,
        w.body.mall_sub_status,
        coalesce(o.stock_policy, 'auto') AS stock_policy,
        w.body.ordered_at,
        w.body.confirmed_at,
        w.body.fixed_at,
        w.body.ship_instructed_at,
        w.body.shipped_at,
        w.body.cancel_due_on,
        w.body.delivery_on,
        w.body.delivery_slot,
        w.body.delivery_method,
        w.body.order_type,
        w.body.payment_code,
        w.body.payment_method,
        w.amounts_fixed,
        w.body.goods_total,
        w.body.postage_total,
        w.body.cod_fee,
        w.body.payment_fee,
        w.body.buyer_fee,
        w.body.order_total,
        w.body.request_total,
        w.body.point_used,
        w.body.coupon_total,
        w.body.coupon_shop,
        w.body.coupon_other,
        w.cancelled,
        w.body.is_gift,
        w.body.is_social_gift,
        w.body.is_under_review,
        w.body.caution_code,
        w.body.changed_by_buyer,
        w.body.coupons,
        w.body.tax_summaries,
        w.body.changes,
        w.content_hash,
        w.observed_at,
        coalesce(o.imported_at, $stored_at) AS imported_at,
        $stored_at AS updated_at
    FROM written AS w
    LEFT JOIN orders AS o USING (mall, shop_id, order_number)
) AS changed USING (mall, shop_id, order_number)
WHEN MATCHED THEN UPDATE BY NAME
WHEN NOT MATCHED THEN INSERT BY NAME;
