-- name: list_known_answers
-- By what answer the present content of each order is known.
-- in:  $shop_id, $numbers
-- out: order_number, answer_hash (keyed)
SELECT order_number, answer_hash
FROM order_sightings
WHERE mall = 'rakuten'
  AND shop_id = $shop_id
  AND order_number IN (SELECT unnest($numbers))
  AND answer_hash IS NOT NULL;

-- name: judge_snapshots
-- Classify each snapshot as created, changed, unchanged or stale (docs/rules.md 6.1).
-- The rule for one snapshot is data.model.order.judge_snapshot.
-- in:  view `incoming` (position, mall, shop_id, order_number, observed_at,
--      mall_status, content_hash), any number of snapshots per order
-- out: temporary table `judged`: position, mall, shop_id, order_number, observed_at,
--      verdict created|changed|unchanged|stale, and whether the snapshot's mall_status
--      is another one than that of the order's row
CREATE OR REPLACE TEMP TABLE judged AS
WITH known AS (
    SELECT
        i.position, i.mall, i.shop_id, i.order_number, i.observed_at, i.content_hash,
        o.content_hash AS present_hash,
        i.mall_status IS DISTINCT FROM o.mall_status AS is_other_status,
        -- The guard: what was asked for before the present content was last seen
        -- is older than it, even if it arrives later.
        coalesce(i.observed_at <= coalesce(s.seen_at, o.observed_at), false) AS is_late,
        -- Of two contents asked for at the same instant the first one stays.
        i.content_hash = first_value(i.content_hash) OVER (
            PARTITION BY i.mall, i.shop_id, i.order_number, i.observed_at
            ORDER BY i.position
        ) AS is_first
    FROM incoming AS i
    LEFT JOIN orders AS o USING (mall, shop_id, order_number)
    LEFT JOIN order_sightings AS s USING (mall, shop_id, order_number)
),
ordered AS (
    SELECT
        *,
        coalesce(
            lag(CASE WHEN is_first AND NOT is_late THEN content_hash END IGNORE NULLS) OVER (
                PARTITION BY mall, shop_id, order_number
                ORDER BY observed_at, position
            ),
            present_hash
        ) AS hash_before
    FROM known
)
SELECT
    position, mall, shop_id, order_number, observed_at, is_other_status,
    CASE
        WHEN is_late AND content_hash = present_hash THEN 'unchanged'
        WHEN is_late OR NOT is_first THEN 'stale'
        WHEN hash_before IS NULL THEN 'created'
        WHEN hash_before = content_hash THEN 'unchanged'
        ELSE 'changed'
    END AS verdict
FROM ordered;

-- name: judge_answers
-- An answer read before still shows the present content, unless another
-- run stored another content meanwhile.
-- in:  view `incoming` (position, mall, shop_id, order_number, observed_at, answer_hash)
-- out: temporary table `judged`, as by judge_snapshots, verdict unchanged|stale
CREATE OR REPLACE TEMP TABLE judged AS
SELECT
    i.position, i.mall, i.shop_id, i.order_number, i.observed_at,
    false AS is_other_status,
    CASE
        WHEN sha256(getvariable('people_key') || i.answer_hash) = s.answer_hash
            THEN 'unchanged'
        ELSE 'stale'
    END AS verdict
FROM incoming AS i
LEFT JOIN order_sightings AS s USING (mall, shop_id, order_number);

-- name: count_verdicts
-- What became of the batch.
-- in:  temporary table `judged`
-- out: one row: created, changed, unchanged, stale
SELECT
    count(*) FILTER (WHERE verdict = 'created')   AS created,
    count(*) FILTER (WHERE verdict = 'changed')   AS changed,
    count(*) FILTER (WHERE verdict = 'unchanged') AS unchanged,
    count(*) FILTER (WHERE verdict = 'stale')     AS stale
FROM judged;

-- name: list_csv_origins
-- The shops of orders that are about to change and still stand as a
-- CSV import created them; such contents are in no log yet.
-- in:  temporary table `judged`
-- out: mall, shop_id
SELECT DISTINCT mall, shop_id
FROM judged
JOIN orders USING (mall, shop_id, order_number)
WHERE verdict = 'changed'
  AND content_source = 'csv_created';

-- name: gather_csv_origins
-- Those orders of one shop, as log_csv_contents wants them.
-- in:  temporary table `judged`, $mall, $shop_id
-- out: temporary table `csv_changes` (order_number, is_content)
CREATE OR REPLACE TEMP TABLE csv_changes AS
SELECT DISTINCT order_number, true AS is_content
FROM judged
JOIN orders USING (mall, shop_id, order_number)
WHERE mall = $mall
  AND shop_id = $shop_id
  AND verdict = 'changed'
  AND content_source = 'csv_created';

-- name: log_csv_contents
-- Keep what the changed orders hold, without their people. Run before
-- they are written for those whose first content came by CSV and stands in no log, and
-- after for all.
-- in:  temporary table `csv_changes`, $mall, $shop_id, $import_id, $imported_at,
--      $is_before
-- out: rows of order_log: cells of the order, `packages` and `lines`
INSERT INTO order_log BY NAME
WITH lines AS (
    SELECT
        order_number,
        list(to_json({
            'line_id': line_id, 'basket_id': basket_id, 'item_id': item_id,
            'item_number': item_number, 'manage_number': manage_number,
            'variant_id': variant_id, 'item_name': item_name, 'choices': choices,
            'sku_info': sku_info, 'unit_price': unit_price, 'tax_rate': tax_rate,
            'tax_included': tax_included, 'line_status': line_status, 'sku': sku,
            'quantity': quantity, 'quantity_to_ship': quantity_to_ship,
            'line_total': line_total
        }) ORDER BY line_id) AS lines
    FROM order_lines
    SEMI JOIN csv_changes USING (order_number)
    WHERE mall = $mall
      AND shop_id = $shop_id
    GROUP BY order_number
),
packages AS (
    SELECT
        order_number,
        list(to_json({
            'basket_id': basket_id, 'zip': zip, 'prefecture': prefecture,
            'noshi': noshi, 'postage_total': postage_total, 'cod_fee': cod_fee,
            'goods_total': goods_total, 'package_total': package_total,
            'default_carrier_code': default_carrier_code,
            'tracking_number': tracking_number, 'shipping_date': shipping_date
        }) ORDER BY basket_id) AS packages
    FROM order_packages
    SEMI JOIN csv_changes USING (order_number)
    WHERE mall = $mall
      AND shop_id = $shop_id
    GROUP BY order_number
)
SELECT
    o.mall, o.shop_id, o.order_number, o.observed_at,
    'csv' AS source,
    if($is_before, 'csv', o.content_hash) AS content_hash,
    to_json({
        'lines': l.lines, 'packages': p.packages,
        'mall': o.mall, 'shop_id': o.shop_id, 'order_number': o.order_number,
        'mall_status': o.mall_status, 'mall_sub_status': o.mall_sub_status,
        'ordered_at': o.ordered_at, 'confirmed_at': o.confirmed_at,
        'fixed_at': o.fixed_at, 'ship_instructed_at': o.ship_instructed_at,
        'shipped_at': o.shipped_at, 'paid_at': o.paid_at,
        'cancelled_at': o.cancelled_at, 'cancel_due_on': o.cancel_due_on,
        'delivery_on': o.delivery_on, 'delivery_slot': o.delivery_slot,
        'delivery_slot_name': o.delivery_slot_name,
        'delivery_method': o.delivery_method, 'order_type': o.order_type,
        'payment_method': o.payment_method, 'goods_total': o.goods_total,
        'tax_total': o.tax_total, 'postage_total': o.postage_total,
        'cod_fee': o.cod_fee, 'payment_fee': o.payment_fee, 'buyer_fee': o.buyer_fee,
        'shop_fee': o.shop_fee, 'gift_fee': o.gift_fee, 'gift_wrapping': o.gift_wrapping,
        'discount_total': o.discount_total,
        'order_total': o.order_total, 'request_total': o.request_total,
        'point_used': o.point_used, 'coupon_total': o.coupon_total,
        'coupon_shop': o.coupon_shop, 'coupon_other': o.coupon_other,
        'refunded_total': o.refunded_total, 'tax_summaries': o.tax_summaries,
        'is_gift': o.is_gift, 'is_under_review': o.is_under_review,
        'caution_code': o.caution_code, 'changed_by_buyer': o.changed_by_buyer,
        'amounts_fixed': o.amounts_fixed, 'cancelled': o.cancelled,
        'outcome': o.outcome
    }) AS content,
    $imported_at AS logged_at,
    $import_id AS load_id
FROM csv_changes AS k
JOIN orders AS o
    ON o.mall = $mall AND o.shop_id = $shop_id AND o.order_number = k.order_number
JOIN packages AS p ON p.order_number = k.order_number
LEFT JOIN lines AS l ON l.order_number = k.order_number
WHERE k.is_content
  AND (o.content_source = 'csv_created' OR NOT $is_before);

-- name: log_contents
-- Keep every content that became an order's present one.
-- in:  view `incoming`, temporary table `judged`, $source, $stored_at, $load_id
-- out: rows of order_log, oldest first
INSERT INTO order_log BY NAME
SELECT
    j.mall, j.shop_id, j.order_number, j.observed_at,
    $source AS source,
    i.content_hash,
    i.content,
    $stored_at AS logged_at,
    $load_id AS load_id
FROM judged AS j
JOIN incoming AS i USING (position)
WHERE j.verdict IN ('created', 'changed')
ORDER BY j.observed_at, j.position;

-- name: open_contents
-- Take the contents that will be written apart.
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
        "delivery_class": "INTEGER",
        "is_remote_island": "BOOLEAN",
        "is_next_day": "BOOLEAN",
        "is_asuraku": "BOOLEAN",
        "is_one_day": "BOOLEAN",
        "has_medicine": "BOOLEAN",
        "has_deal": "BOOLEAN",
        "is_member": "BOOLEAN",
        "device_code": "INTEGER",
        "pay_by": "DATE",
        "change_payment_by": "DATE",
        "refund_by": "DATE",
        "reserve_number": "VARCHAR",
        "reserve_count": "INTEGER",
        "receipts_issued": "INTEGER",
        "receipt_issued_at": "TIMESTAMPTZ",
        "payment_fee_tax_rate": "DECIMAL(5, 4)",
        "shop_fee": "BIGINT",
        "gift_fee": "BIGINT",
        "gift_wrapping": "VARCHAR",
        "wrappings": [{
            "kind": "INTEGER", "price": "BIGINT", "tax_rate": "DECIMAL(5, 4)"
        }],
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
            "gift_address_at": "TIMESTAMPTZ",
            "pickup_chain": "INTEGER",
            "pickup_store_code": "VARCHAR",
            "is_remote_island": "BOOLEAN",
            "postage_tax_rate": "DECIMAL(5, 4)",
            "cod_fee_tax_rate": "DECIMAL(5, 4)",
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
                "tax_rate": "DECIMAL(5, 4)",
                "restore_inventory": "INTEGER",
                "price_before_tax": "BIGINT",
                "lead_time": "VARCHAR",
                "includes_postage": "BOOLEAN",
                "ships_alone": "BOOLEAN",
                "is_medicine": "BOOLEAN",
                "is_deal": "BOOLEAN"
            }]
        }],
        "coupons": [{
            "code": "VARCHAR",
            "funded_by": "INTEGER",
            "line_id": "VARCHAR",
            "units": "INTEGER",
            "total": "BIGINT",
            "name": "VARCHAR"
        }],
        "tax_summaries": [{"rate": "DECIMAL(5, 4)", "billed": "BIGINT", "tax": "BIGINT"}],
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
        "remarks": "VARCHAR",
        "memo": "VARCHAR",
        "operator": "VARCHAR",
        "mail_note": "VARCHAR",
        "pickup_zip": "VARCHAR",
        "pickup_address": "VARCHAR"
    }]}').people AS people
FROM judged AS j
JOIN incoming AS i USING (position)
WHERE j.verdict IN ('created', 'changed')
WINDOW of_order AS (PARTITION BY j.mall, j.shop_id, j.order_number)
QUALIFY row_number() OVER (of_order ORDER BY j.observed_at DESC) = 1;

-- name: insert_orders
-- Write new orders, where the batch changes none. The merges below would do the same, but
-- look through all that is stored for rows that cannot be there.
-- in:  temporary table `written`, $source, $stored_at
-- out: rows of orders
INSERT INTO orders BY NAME
SELECT
    body.* EXCLUDE (packages),
    $source AS source,
    status,
    'auto' AS stock_policy,
    amounts_fixed,
    cancelled,
    CASE status
        WHEN '出荷済' THEN 'shipped'
        WHEN 'キャンセル' THEN 'cancelled'
    END AS outcome,
    content_hash,
    'api'::content_source AS content_source,
    observed_at,
    $stored_at AS imported_at,
    $stored_at AS updated_at
FROM written;

-- name: insert_packages
-- Write the packages of new orders.
-- in:  temporary table `written`
-- out: rows of order_packages
INSERT INTO order_packages BY NAME
SELECT mall, shop_id, order_number, p.* EXCLUDE (lines)
FROM (
    SELECT mall, shop_id, order_number, unnest(body.packages) AS p
    FROM written
);

-- name: insert_lines
-- Write the lines of new orders.
-- in:  temporary table `written`
-- out: rows of order_lines
INSERT INTO order_lines BY NAME
SELECT mall, shop_id, order_number, l.*
FROM (
    SELECT
        mall, shop_id, order_number,
        unnest(flatten(list_transform(body.packages, lambda p: p.lines))) AS l
    FROM written
);

-- name: insert_people
-- Write the people of new orders, the only personal data.
-- in:  temporary table `written`
-- out: rows of order_people
INSERT INTO order_people BY NAME
SELECT mall, shop_id, order_number, p.*
FROM (
    SELECT mall, shop_id, order_number, unnest(people) AS p
    FROM written
);

-- name: log_statuses
-- Keep the status that an order is about to leave, by the rule of merge_orders.
-- in:  temporary table `written`
-- out: rows of order_status_log
INSERT INTO order_status_log BY NAME
SELECT o.mall, o.shop_id, o.order_number, o.status, w.observed_at AS ended_at
FROM written AS w
JOIN orders AS o USING (mall, shop_id, order_number)
WHERE w.status_moves
  AND w.status <> o.status;

-- name: mark_outdated_labels
-- Remember whose label was exported before the package got another recipient, or went, or
-- before another amount was to be collected at the door: payment by 代金引換 came, went, or
-- changed its sum. How an address is split over its cells, widths and blanks are no other door.
-- in:  temporary table `written`; orders and order_people as they were
-- out: rows of shipping_labels
UPDATE shipping_labels AS l SET outdated_at = d.observed_at
FROM (
    WITH labelled AS (
        FROM written
        SEMI JOIN shipping_labels USING (mall, shop_id, order_number)
        WHERE verdict = 'changed'
    ), recipients AS (
        SELECT mall, shop_id, order_number, unnest(people, recursive := true)
        FROM labelled
        UNION ALL BY NAME
        FROM order_people SEMI JOIN labelled USING (mall, shop_id, order_number)
    ), moved AS (
        SELECT mall, shop_id, order_number, basket_id
        FROM recipients
        WHERE role = 'recipient'
        GROUP BY ALL
        HAVING count(DISTINCT translate(
            concat_ws(
                chr(31), concat(family_name, first_name), zip,
                concat(prefecture, city, street)
            ),
            '０１２３４５６７８９－- 　', '0123456789'
        )) > 1
    )
    SELECT w.mall, w.shop_id, w.order_number, l.basket_id, w.observed_at
    FROM labelled AS w
    JOIN shipping_labels AS l USING (mall, shop_id, order_number)
    JOIN orders AS o USING (mall, shop_id, order_number)
    LEFT JOIN moved AS m USING (mall, shop_id, order_number, basket_id)
    WHERE m.basket_id IS NOT NULL
       OR if(w.body.payment_code = 2, coalesce(w.body.request_total, 0), 0)
           <> if(o.payment_code = 2, coalesce(o.request_total, 0), 0)
       OR NOT list_contains(
           list_transform(w.body.packages, lambda p: p.basket_id), l.basket_id
       )
) AS d
WHERE l.mall = d.mall
  AND l.shop_id = d.shop_id
  AND l.order_number = d.order_number
  AND l.basket_id = d.basket_id;

-- name: merge_orders
-- Write the orders that are new or changed.
-- in:  temporary table `written`, $source, $stored_at
-- out: rows of orders. Columns not named here keep what they hold; source, stock
--      policy and creation time never change; status moves only when the mall's own
--      status did, because a person or a CSV may have set it (docs/rules.md 6.3)
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
        CASE w.status
            WHEN '出荷済' THEN 'shipped'
            WHEN 'キャンセル' THEN 'cancelled'
        END AS outcome,
        w.body.is_gift,
        w.body.is_social_gift,
        w.body.is_under_review,
        w.body.caution_code,
        w.body.changed_by_buyer,
        w.body.delivery_class,
        w.body.is_remote_island,
        w.body.is_next_day,
        w.body.is_asuraku,
        w.body.is_one_day,
        w.body.has_medicine,
        w.body.has_deal,
        w.body.is_member,
        w.body.device_code,
        w.body.pay_by,
        w.body.change_payment_by,
        w.body.refund_by,
        w.body.reserve_number,
        w.body.reserve_count,
        w.body.receipts_issued,
        w.body.receipt_issued_at,
        w.body.payment_fee_tax_rate,
        w.body.shop_fee,
        w.body.gift_fee,
        w.body.gift_wrapping,
        w.body.wrappings,
        w.body.coupons,
        w.body.tax_summaries,
        w.body.changes,
        w.content_hash,
        'api'::content_source AS content_source,
        w.observed_at,
        coalesce(o.imported_at, $stored_at) AS imported_at,
        $stored_at AS updated_at
    FROM written AS w
    LEFT JOIN orders AS o USING (mall, shop_id, order_number)
) AS changed USING (mall, shop_id, order_number)
WHEN MATCHED THEN UPDATE BY NAME
WHEN NOT MATCHED THEN INSERT BY NAME;

-- name: merge_packages
-- Write the packages of new and changed orders.
-- in:  temporary table `written`
-- out: rows of order_packages
MERGE INTO order_packages
USING (
    SELECT
        mall, shop_id, order_number,
        p.basket_id, p.zip, p.prefecture, p.noshi,
        p.postage_total, p.cod_fee, p.goods_total, p.package_total,
        p.default_carrier_code, p.drop_off_location, p.pickup_store,
        p.gift_address_given, p.gift_address_due, p.gift_address_at,
        p.pickup_chain, p.pickup_store_code, p.is_remote_island,
        p.postage_tax_rate, p.cod_fee_tax_rate, p.shipping_rows
    FROM (
        SELECT mall, shop_id, order_number, unnest(body.packages) AS p
        FROM written
    )
) AS packages USING (mall, shop_id, order_number, basket_id)
WHEN MATCHED THEN UPDATE BY NAME
WHEN NOT MATCHED THEN INSERT BY NAME;

-- name: merge_lines
-- Write the lines of new and changed orders.
-- in:  temporary table `written`
-- out: rows of order_lines
MERGE INTO order_lines
USING (
    SELECT
        t.mall, t.shop_id, t.order_number,
        l.line_id, l.basket_id, l.item_id, l.item_number,
        l.manage_number, l.variant_id, l.sku, l.item_name, l.choices, l.sku_info,
        l.unit_price, l.quantity, l.tax_rate, l.restore_inventory,
        l.price_before_tax, l.lead_time, l.includes_postage, l.ships_alone,
        l.is_medicine, l.is_deal,
        o.tax_included OR (NOT o.tax_included AND l.unit_price IS NOT NULL) AS tax_included
    FROM (
        SELECT
            mall, shop_id, order_number,
            unnest(flatten(list_transform(body.packages, lambda p: p.lines))) AS l
        FROM written
    ) AS t
    LEFT JOIN order_lines AS o
        ON o.mall = t.mall AND o.shop_id = t.shop_id
        AND o.order_number = t.order_number AND o.line_id = t.l.line_id
) AS lines USING (mall, shop_id, order_number, line_id)
WHEN MATCHED THEN UPDATE BY NAME
WHEN NOT MATCHED THEN INSERT BY NAME;

-- name: merge_people
-- Write the people of new and changed orders, the only personal data.
-- in:  temporary table `written`
-- out: rows of order_people
MERGE INTO order_people
USING (
    SELECT
        mall, shop_id, order_number,
        p.role, p.basket_id,
        p.family_name, p.first_name, p.family_name_kana, p.first_name_kana,
        p.zip, p.prefecture, p.city, p.street, p.phone, p.email, p.remarks,
        p.memo, p.operator, p.mail_note, p.pickup_zip, p.pickup_address
    FROM (
        SELECT mall, shop_id, order_number, unnest(people) AS p
        FROM written
    )
) AS people USING (mall, shop_id, order_number, role, basket_id)
WHEN MATCHED THEN UPDATE BY NAME
WHEN NOT MATCHED THEN INSERT BY NAME;

-- name: remove_packages
-- Take away the packages a changed order no longer has.
-- in:  temporary table `written`
-- out: rows gone from order_packages; the log still has them
DELETE FROM order_packages AS stored
USING written AS w
WHERE w.verdict = 'changed'
  AND stored.mall = w.mall
  AND stored.shop_id = w.shop_id
  AND stored.order_number = w.order_number
  AND NOT list_contains(
      list_transform(w.body.packages, lambda p: p.basket_id), stored.basket_id
  );

-- name: remove_lines
-- Take away the lines a changed order no longer has.
-- in:  temporary table `written`
-- out: rows gone from order_lines; the log still has them
DELETE FROM order_lines AS stored
USING written AS w
WHERE w.verdict = 'changed'
  AND stored.mall = w.mall
  AND stored.shop_id = w.shop_id
  AND stored.order_number = w.order_number
  AND NOT list_contains(
      flatten(list_transform(
          w.body.packages, lambda p: list_transform(p.lines, lambda l: l.line_id)
      )),
      stored.line_id
  );

-- name: remove_people
-- Take away the people a changed order no longer has.
-- in:  temporary table `written`
-- out: rows gone from order_people, for good
DELETE FROM order_people AS stored
USING written AS w
WHERE w.verdict = 'changed'
  AND stored.mall = w.mall
  AND stored.shop_id = w.shop_id
  AND stored.order_number = w.order_number
  AND NOT list_contains(
      list_transform(w.people, lambda p: {'role': p.role, 'basket_id': p.basket_id}),
      {'role': stored.role, 'basket_id': stored.basket_id}
  );

-- name: move_sightings
-- Remember the latest request that saw the present content, and by
-- what answer the mall showed it.
-- in:  view `incoming` (position, answer_hash), temporary table `judged`
-- out: rows of order_sightings; seen_at never goes back
INSERT INTO order_sightings BY NAME
SELECT
    j.mall, j.shop_id, j.order_number,
    max(j.observed_at) AS seen_at,
    max_by(
        sha256(getvariable('people_key') || i.answer_hash), j.observed_at
    ) AS answer_hash
FROM judged AS j
JOIN incoming AS i USING (position)
WHERE j.verdict <> 'stale'
GROUP BY j.mall, j.shop_id, j.order_number
ON CONFLICT (mall, shop_id, order_number) DO UPDATE SET
    seen_at = excluded.seen_at,
    answer_hash = excluded.answer_hash
WHERE excluded.seen_at > order_sightings.seen_at;

-- name: gather_answers
-- The newest answer of each order, where it is newer than the one that is kept.
-- in:  view `incoming`, temporary table `judged`
-- out: temporary table `answered`, as columns of order_answers
CREATE OR REPLACE TEMP TABLE answered AS
SELECT j.mall, j.shop_id, j.order_number, j.observed_at, i.reader, i.answer
FROM judged AS j
JOIN incoming AS i USING (position)
LEFT JOIN order_answers AS a
    ON a.mall = j.mall AND a.shop_id = j.shop_id AND a.order_number = j.order_number
WHERE j.verdict <> 'stale'
  AND i.answer IS NOT NULL
  AND (a.observed_at IS NULL OR a.observed_at < j.observed_at)
QUALIFY row_number() OVER (
    PARTITION BY j.mall, j.shop_id, j.order_number
    ORDER BY j.observed_at DESC, j.position
) = 1;

-- name: remove_older_answers
-- Take away the answers that newer ones follow. A row is added in their place and none
-- changed: a checkpoint writes what was added, and would write all around a change anew.
-- in:  temporary table `answered`
-- out: rows gone from order_answers
DELETE FROM order_answers AS a
USING answered AS n
WHERE a.mall = n.mall
  AND a.shop_id = n.shop_id
  AND a.order_number = n.order_number;

-- name: keep_answers
-- Keep the mall's own words; card data is in none (`connectors.rms.kept_answer`).
-- in:  temporary table `answered`
-- out: rows of order_answers
INSERT INTO order_answers BY NAME
FROM answered;

-- name: settle_refusals
-- An order that could be stored is no longer refused.
-- in:  temporary table `judged`, $stored_at
-- out: rows of order_refusals settled; a stale snapshot settles nothing
UPDATE order_refusals
SET settled_at = $stored_at
WHERE settled_at IS NULL
  AND (mall, shop_id, order_number) IN (
      SELECT (mall, shop_id, order_number)
      FROM judged
      WHERE verdict <> 'stale'
  );

-- name: upsert_refusals
-- Keep the latest refusal of each order.
-- in:  view `refused` (position, mall, shop_id, order_number, code, reason), $seen_at
-- out: rows of order_refusals; one that was settled opens again if it is seen later
INSERT INTO order_refusals BY NAME
SELECT
    mall, shop_id, order_number, code, reason,
    $seen_at AS first_seen_at,
    $seen_at AS last_seen_at,
    NULL AS settled_at
FROM refused
QUALIFY row_number() OVER (
    PARTITION BY mall, shop_id, order_number
    ORDER BY position DESC
) = 1
ON CONFLICT (mall, shop_id, order_number) DO UPDATE SET
    code          = excluded.code,
    reason        = excluded.reason,
    first_seen_at = CASE
        WHEN order_refusals.settled_at IS NULL THEN order_refusals.first_seen_at
        ELSE excluded.first_seen_at
    END,
    last_seen_at  = excluded.last_seen_at,
    settled_at    = NULL
WHERE excluded.last_seen_at
    > coalesce(order_refusals.settled_at, order_refusals.last_seen_at);

-- name: list_not_at_mall
-- Orders that only a CSV knows: the mall was asked for them and did not show them.
-- in:  $mall, $shop_id, $numbers: these orders only
-- out: order_number
SELECT order_number
FROM orders_not_at_mall
WHERE mall = $mall
  AND shop_id = $shop_id
  AND list_contains($numbers::VARCHAR[], order_number)
ORDER BY order_number;

-- name: list_numbers_to_confirm
-- Rakuten orders waiting for 注文確認, oldest first.
-- in:  $shop_id
-- out: order_number
SELECT order_number
FROM orders
WHERE shop_id = $shop_id
  AND mall = 'rakuten'
  AND mall_status = '100'
  AND source = 'api'
  AND amounts_fixed
ORDER BY ordered_at, order_number;

-- name: list_open_amounts
-- Orders whose money the mall has not fixed yet, oldest first.
-- in:  $shop_id
-- out: order_number
SELECT order_number
FROM orders
WHERE shop_id = $shop_id
  AND mall = 'rakuten'
  AND NOT amounts_fixed
  AND NOT cancelled
ORDER BY ordered_at, order_number;

-- name: list_unknown_status
-- Orders at a status of the mall that juchu has no word for.
-- in:  $shop_id, $known
-- out: order_number
SELECT order_number
FROM orders
WHERE shop_id = $shop_id
  AND mall = 'rakuten'
  AND source = 'api'
  AND mall_status NOT IN (SELECT unnest($known))
ORDER BY ordered_at, order_number;

-- name: list_stored_contents
-- Orders as the mall showed them last.
-- in:  $mall, $shop_id, $numbers
-- out: order_number, seen_at, content (JSON without the absent), in no order; an order
--      whose present content is not the mall's own is left out
SELECT o.order_number, coalesce(g.seen_at, o.observed_at), l.content
FROM orders AS o
JOIN order_log AS l USING (mall, shop_id, order_number, content_hash)
LEFT JOIN order_sightings AS g USING (mall, shop_id, order_number)
WHERE o.mall = $mall
  AND o.shop_id = $shop_id
  AND list_contains($numbers::VARCHAR[], o.order_number)
  AND l.source = 'api'
QUALIFY row_number() OVER (PARTITION BY o.order_number ORDER BY l.observed_at DESC) = 1;

-- name: list_stored_people
-- The people of orders; personal data.
-- in:  $mall, $shop_id, $numbers
-- out: order_number, then a person's columns
SELECT
    order_number, role, basket_id, family_name, first_name, family_name_kana,
    first_name_kana, zip, prefecture, city, street, phone, email, remarks,
    memo, operator, mail_note, pickup_zip, pickup_address
FROM order_people
WHERE mall = $mall
  AND shop_id = $shop_id
  AND list_contains($numbers::VARCHAR[], order_number);
