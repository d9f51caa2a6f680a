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
-- changed its sum; or before another day or hours were wished for, or 冷蔵 or 冷凍.
-- in:  temporary table `written`, macros `door` and `cold`; orders and order_people as they
--      were
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
        HAVING count(DISTINCT door(
            family_name, first_name, zip, prefecture, city, street
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
       OR w.body.delivery_on IS DISTINCT FROM o.delivery_on
       OR coalesce(w.body.delivery_slot, 0) <> coalesce(o.delivery_slot, 0)
       OR cold(w.body.delivery_method, w.body.delivery_class) > 0
           AND cold(w.body.delivery_method, w.body.delivery_class)
               <> cold(o.delivery_method, o.delivery_class)
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
-- out: rows of orders. Columns that no answer has keep what they hold; source, stock
--      policy and creation time never change; status moves only when the mall's own
--      status did, because a person or a CSV may have set it (docs/rules.md 6.3)
MERGE INTO orders
USING (
    SELECT
        body.* EXCLUDE (packages),
        coalesce(o.source, $source) AS source,
        CASE
            WHEN o.status IS NULL OR w.status_moves THEN w.status
            ELSE o.status
        END AS status,
        coalesce(o.stock_policy, 'auto') AS stock_policy,
        w.amounts_fixed,
        w.cancelled,
        CASE w.status
            WHEN '出荷済' THEN 'shipped'
            WHEN 'キャンセル' THEN 'cancelled'
        END AS outcome,
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
    SELECT mall, shop_id, order_number, p.* EXCLUDE (lines)
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
        t.mall, t.shop_id, t.order_number, l.*,
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
    SELECT mall, shop_id, order_number, p.*
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
