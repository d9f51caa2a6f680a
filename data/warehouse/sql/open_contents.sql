-- open_contents: take the contents that will be written apart.
-- in:  view `incoming`, temporary table `judged`
-- out: temporary table `written`, one row per order that changes: the key, what the
--      model derives, `body` (the order) and `people`; keys absent in the JSON are NULL
CREATE OR REPLACE TEMP TABLE written AS
SELECT
    j.mall, j.shop_id, j.order_number, j.observed_at, j.verdict,
    bool_or(j.is_other_status) OVER of_order AS status_moves,
    i.status, i.amounts_fixed, i.cancelled, i.content_hash,
    from_json(i.content, '{
        "mall": "VARCHAR",
        "shop_id": "VARCHAR",
        "order_number": "VARCHAR",
        "mall_status": "VARCHAR",
        "mall_sub_status": "VARCHAR",
        "ordered_at": "TIMESTAMPTZ",
        "confirmed_at": "TIMESTAMPTZ",
        "fixed_at": "TIMESTAMPTZ",
        "ship_instructed_at": "TIMESTAMPTZ",
        "shipped_at": "TIMESTAMPTZ",
        "cancel_due_on": "DATE",
        "delivery_on": "DATE",
        "delivery_slot": "INTEGER",
        "delivery_method": "VARCHAR",
        "order_type": "INTEGER",
        "payment_code": "INTEGER",
        "payment_method": "VARCHAR",
        "goods_total": "BIGINT",
        "postage_total": "BIGINT",
        "cod_fee": "BIGINT",
        "payment_fee": "BIGINT",
        "buyer_fee": "BIGINT",
        "order_total": "BIGINT",
        "request_total": "BIGINT",
        "point_used": "BIGINT",
        "coupon_total": "BIGINT",
        "coupon_shop": "BIGINT",
        "coupon_other": "BIGINT",
        "is_gift": "BOOLEAN",
        "is_social_gift": "BOOLEAN",
        "is_under_review": "BOOLEAN",
        "caution_code": "INTEGER",
        "changed_by_buyer": "BOOLEAN",
        "packages": [{
            "basket_id": "VARCHAR",
            "zip": "VARCHAR",
            "prefecture": "VARCHAR",
            "noshi": "VARCHAR",
            "postage_total": "BIGINT",
            "cod_fee": "BIGINT",
            "goods_total": "BIGINT",
            "package_total": "BIGINT",
            "default_carrier_code": "VARCHAR",
            "drop_off_location": "VARCHAR",
            "pickup_store": "VARCHAR",
            "gift_address_given": "BOOLEAN",
            "gift_address_due": "DATE",
            "shipping_rows": [{
                "shipping_detail_id": "VARCHAR",
                "carrier_code": "VARCHAR",
                "tracking_number": "VARCHAR",
                "shipping_date": "DATE"
            }],
            "lines": [{
                "line_id": "VARCHAR",
                "basket_id": "VARCHAR",
                "item_id": "VARCHAR",
                "item_number": "VARCHAR",
                "manage_number": "VARCHAR",
                "variant_id": "VARCHAR",
                "sku": "VARCHAR",
                "item_name": "VARCHAR",
                "choices": "VARCHAR",
                "sku_info": "VARCHAR",
                "unit_price": "BIGINT",
                "quantity": "INTEGER",
                "tax_rate": "DOUBLE",
                "restore_inventory": "INTEGER"
            }]
        }],
        "coupons": [{
            "code": "VARCHAR",
            "funded_by": "INTEGER",
            "line_id": "VARCHAR",
            "units": "INTEGER",
            "total": "BIGINT"
        }],
        "tax_summaries": [{"rate": "DOUBLE", "billed": "BIGINT", "tax": "BIGINT"}],
        "changes": [{
            "change_id": "VARCHAR",
            "kind": "INTEGER",
            "reason": "INTEGER",
            "reason_detail": "INTEGER",
            "applied_at": "TIMESTAMPTZ",
            "settled_at": "TIMESTAMPTZ"
        }]
    }') AS body,
    from_json(i.people, '{"people": [{
        "role": "VARCHAR",
        "basket_id": "VARCHAR",
        "family_name": "VARCHAR",
        "first_name": "VARCHAR",
        "family_name_kana": "VARCHAR",
        "first_name_kana": "VARCHAR",
        "zip": "VARCHAR",
        "prefecture": "VARCHAR",
        "city": "VARCHAR",
        "street": "VARCHAR",
        "phone": "VARCHAR",
        "email": "VARCHAR",
        "remarks": "VARCHAR"
    }]}').people AS people
FROM judged AS j
JOIN incoming AS i USING (position)
WHERE j.verdict IN ('created', 'changed')
WINDOW of_order AS (PARTITION BY j.mall, j.shop_id, j.order_number)
QUALIFY row_number() OVER (of_order ORDER BY j.observed_at DESC) = 1;
