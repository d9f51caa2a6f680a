-- name: take_stock_orders
-- Which orders the ledger is brought in line with.
-- in:  $mall, $shop_id, $order_numbers (NULL: all of the shop's)
-- out: temporary table `stock_orders`
CREATE OR REPLACE TEMP TABLE stock_orders AS
SELECT order_number
FROM orders
WHERE mall = $mall
  AND shop_id = $shop_id
  AND (
      $order_numbers::VARCHAR[] IS NULL
      OR order_number IN (SELECT unnest($order_numbers::VARCHAR[]))
  );

-- name: learn_stock_skus
-- The SKUs that the orders taken, the mall's own, show for listings of which
-- nobody has said anything yet. A person's word, and what an earlier order showed, stay.
-- in:  temporary table `stock_orders`, $mall, $shop_id
-- out: temporary table `stock_skus`: listing, sku, source; the latest order that shows a
--      SKU of the merchant's own speaks
CREATE OR REPLACE TEMP TABLE stock_skus AS
SELECT
    $mall AS mall, $shop_id AS shop_id, l.manage_number, l.variant_id,
    l.line_sku AS sku,
    if(
        l.line_sku = concat_ws('/', l.manage_number, nullif(l.variant_id, '')),
        'default',
        'order'
    ) AS source
FROM stock_lines AS l
SEMI JOIN stock_orders AS t ON t.order_number = l.order_number
JOIN orders AS o USING (mall, shop_id, order_number)
LEFT JOIN sku_map AS m USING (mall, shop_id, manage_number, variant_id)
WHERE l.mall = $mall
  AND l.shop_id = $shop_id
  AND l.line_sku <> ''
  AND o.stock_policy = 'auto'
  AND o.content_source = 'api'
  AND (
      m.sku IS NULL
      OR (
          m.source = 'default'
          AND l.line_sku <> concat_ws('/', l.manage_number, nullif(l.variant_id, ''))
      )
  )
QUALIFY row_number() OVER (
    PARTITION BY l.manage_number, l.variant_id
    ORDER BY
        l.line_sku = concat_ws('/', l.manage_number, nullif(l.variant_id, '')),
        o.ordered_at DESC NULLS LAST, l.order_number DESC, l.line_id
) = 1;

-- name: find_stock_end
-- The last place in the ledger.
-- out: one number, 0 while it is empty
SELECT coalesce(max(seq), 0)
FROM stock_movements;

-- name: plan_stock_moves
-- What the orders taken ask of the ledger. Every line of a live
-- `auto` order takes its units from its SKU, every other line nothing; what is missing
-- or too much moves. So replays and reordered snapshots plan nothing.
-- An order whose present content a CSV import wrote is left as it is until the mall's
-- own answer replaces it: a CSV never moves stock (docs/rules.md 6.4).
-- in:  temporary table `stock_orders`, $mall, $shop_id, $moved_at
-- out: temporary table `stock_moves`. A new order's goods are gone since it was placed;
--      a change's since we asked, and those of a cancelled one are back since the mall
--      settled that, where it says when: a count made between the two has seen them
CREATE OR REPLACE TEMP TABLE stock_moves AS
WITH judged AS (
    SELECT
        mall, shop_id, order_number, cancelled, ordered_at, observed_at,
        if(cancelled, list_max([
            one.settled_at FOR one IN changes IF one.kind IN (1, 2)  -- settled, done
        ]), NULL) AS cancelled_at
    FROM orders
    SEMI JOIN stock_orders USING (order_number)
    WHERE mall = $mall
      AND shop_id = $shop_id
      AND stock_policy = 'auto'
      AND content_source = 'api'
),
moved AS (
    SELECT
        order_number, line_id, sku,
        sum(quantity) AS quantity,
        count(*) AS movements,
        max(moved_at) FILTER (source = 'api') AS seen_at
    FROM stock_movements
    SEMI JOIN stock_orders USING (order_number)
    WHERE mall = $mall
      AND shop_id = $shop_id
      AND kind IN ('order', 'cancellation')
    GROUP BY order_number, line_id, sku
),
wanted AS (
    SELECT l.order_number, l.line_id, l.sku, -l.quantity AS quantity
    FROM stock_lines AS l
    SEMI JOIN (SELECT * FROM judged WHERE NOT cancelled) AS o
        ON o.order_number = l.order_number
    WHERE l.mall = $mall
      AND l.shop_id = $shop_id
      AND l.sku <> ''
),
differing AS (
    SELECT
        order_number, line_id, sku,
        coalesce(w.quantity, 0) - coalesce(m.quantity, 0) AS quantity
    FROM wanted AS w
    FULL JOIN moved AS m USING (order_number, line_id, sku)
    WHERE coalesce(w.quantity, 0) <> coalesce(m.quantity, 0)
),
before AS (
    SELECT
        order_number, line_id,
        sum(movements) AS movements,
        max(seen_at) AS seen_at  -- when it had not been cancelled yet
    FROM moved
    GROUP BY order_number, line_id
)
SELECT
    concat_ws(
        '/', 'line', $mall, $shop_id, d.order_number, d.line_id,
        coalesce(b.movements, 0) + row_number() OVER (
            PARTITION BY d.order_number, d.line_id ORDER BY d.quantity DESC, d.sku
        )
    ) AS movement_id,
    d.sku,
    d.quantity::BIGINT AS quantity,
    if(d.quantity < 0, 'order', 'cancellation') AS kind,
    'api' AS source,
    $mall AS mall, $shop_id AS shop_id, d.order_number, d.line_id,
    NULL::VARCHAR AS cause_id, NULL::VARCHAR AS who, NULL::VARCHAR AS note,
    CASE
        WHEN d.order_number NOT IN (SELECT order_number FROM before)
            THEN coalesce(o.ordered_at, o.observed_at)
        WHEN o.cancelled_at IS NULL THEN o.observed_at
        ELSE least(o.observed_at, greatest(o.cancelled_at, b.seen_at))
    END AS effective_at,
    $moved_at::TIMESTAMPTZ AS moved_at
FROM differing AS d
JOIN judged AS o USING (order_number)
LEFT JOIN before AS b USING (order_number, line_id);

-- name: count_stock_moves
-- What the planned movements come to.
-- in:  temporary table `stock_moves`
-- out: one row: lines reserved, lines given back, SKUs moved
SELECT
    count(*) FILTER (kind = 'order') AS reserved,
    count(*) FILTER (kind = 'cancellation') AS given_back,
    count(DISTINCT sku) AS skus
FROM stock_moves;

-- name: insert_stock_moves
-- Book the planned movements.
-- in:  temporary table `stock_moves`
-- out: rows of stock_movements. A movement that was booked before breaks its key: then
--      nothing of the transaction stands
INSERT INTO stock_movements BY NAME
SELECT
    (SELECT coalesce(max(seq), 0) FROM stock_movements)
        + row_number() OVER (ORDER BY movement_id) AS seq,
    *
FROM stock_moves;

-- name: correct_stock_counts
-- A movement that took effect before the SKU's latest count is
-- contained in the number that was counted. The level stays what was counted; the
-- count's own movement was too small or too large by that much, and is put right.
-- in:  temporary table `stock_moves`, booked
-- out: rows of stock_movements, each naming the order, if any, that came to light late
INSERT INTO stock_movements BY NAME
SELECT
    (SELECT max(seq) FROM stock_movements)
        + row_number() OVER (ORDER BY m.movement_id) AS seq,
    concat(m.movement_id, '/counted') AS movement_id,
    m.sku,
    -m.quantity AS quantity,
    'count' AS kind,
    'count' AS source,
    m.mall, m.shop_id, m.order_number, m.line_id,
    c.cause_id,
    'この動きは棚卸より前のもので、数えた数に含まれています。' AS note,
    c.counted_at AS effective_at,
    m.moved_at
FROM stock_moves AS m
JOIN stock_counted AS c USING (sku)
WHERE m.effective_at <= c.counted_at
  AND m.quantity <> 0;

-- name: take_stock_skus
-- What a person said of listings.
-- in:  view `stock_said` (manage_number, variant_id, sku), $mall, $shop_id
-- out: temporary table `stock_skus`
CREATE OR REPLACE TEMP TABLE stock_skus AS
SELECT
    $mall AS mall, $shop_id AS shop_id, manage_number, variant_id, sku,
    'person' AS source
FROM stock_said;

-- name: count_stock_sku_news
-- How many listings were spoken of otherwise than before.
-- in:  temporary table `stock_skus`
-- out: one number
SELECT count(*)
FROM stock_skus
ANTI JOIN sku_map USING (mall, shop_id, manage_number, variant_id, sku, source);

-- name: judge_stock_skus
-- Which listings sell another SKU from now on, and where the stock
-- itself goes along. It does when its SKU loses the last of its listings to one other SKU
-- that has no stock of its own; of several such, the one counted last brings its stock.
-- Otherwise two counts of what may be the same goods would add up.
-- in:  temporary table `stock_skus` (listing, sku, source), one row per listing
-- out: temporary table `stock_sku_changes`: listing, sku_before, sku, carries (the whole
--      stock of sku_before moves), is_left (it has stock that stays)
CREATE OR REPLACE TEMP TABLE stock_sku_changes AS
WITH changed AS (
    SELECT n.mall, n.shop_id, n.manage_number, n.variant_id, m.sku AS sku_before, n.sku
    FROM stock_skus AS n
    JOIN sku_map AS m USING (mall, shop_id, manage_number, variant_id)
    WHERE m.sku <> n.sku
),
kept AS (
    SELECT sku
    FROM sku_map
    ANTI JOIN changed USING (mall, shop_id, manage_number, variant_id)
    UNION
    SELECT sku FROM stock_skus
),
own_stock AS (
    SELECT m.sku, any_value(k.counted_at) AS counted_at
    FROM stock_movements AS m
    LEFT JOIN stock_counted AS k USING (sku)
    -- What its stock went away from has none of its own, until the next count or receipt.
    WHERE NOT coalesce(k.source = 'emptied' AND m.seq <= k.seq, false)
    GROUP BY m.sku
    HAVING count(m.counted) > 0
        OR sum(m.quantity) FILTER (
            m.kind = 'receipt' OR (m.kind = 'adjustment' AND m.order_number IS NULL)
        ) > 0
),
emptied AS (
    SELECT sku_before, any_value(sku) AS sku
    FROM changed
    GROUP BY sku_before
    HAVING count(DISTINCT sku) = 1
),
carried AS (
    SELECT e.sku_before
    FROM emptied AS e
    JOIN own_stock AS a ON a.sku = e.sku_before
    WHERE e.sku_before NOT IN (SELECT sku FROM kept)
      AND e.sku NOT IN (SELECT sku FROM own_stock)
    QUALIFY row_number() OVER (
        PARTITION BY e.sku ORDER BY a.counted_at DESC NULLS LAST, e.sku_before
    ) = 1
)
SELECT
    c.*,
    c.sku_before IN (SELECT sku_before FROM carried) AS carries,
    c.sku_before NOT IN (SELECT sku_before FROM carried)
        AND c.sku_before NOT IN (SELECT sku FROM kept)
        AND c.sku_before IN (SELECT sku FROM own_stock) AS is_left
FROM changed AS c;

-- name: list_stock_sku_changes
-- What a change of SKUs came to.
-- in:  temporary table `stock_sku_changes`
-- out: manage_number, variant_id, sku_before, sku, is_left
SELECT manage_number, variant_id, sku_before, sku, is_left
FROM stock_sku_changes
ORDER BY manage_number, variant_id;

-- name: plan_stock_sku_moves
-- Take what the changed listings' orders moved from the SKU of
-- before to the new one, and along with it the rest where the whole stock moves. Each
-- movement keeps the moment it took effect, so both SKUs' counts mean what they meant.
-- in:  temporary table `stock_sku_changes`, $change_id, $who, $note, $moved_at
-- out: temporary table `stock_moves`, two rows for what moves and one of no units that
--      marks the change, so that the level has a new version; counts are not in it
CREATE OR REPLACE TEMP TABLE stock_moves AS
WITH of_lines AS (
    SELECT
        m.sku, c.sku AS sku_after, m.kind = 'adjustment' AS by_hand,
        m.mall, m.shop_id, m.order_number, m.line_id, m.effective_at,
        sum(m.quantity) AS quantity
    FROM stock_movements AS m
    JOIN stock_lines AS l USING (mall, shop_id, order_number, line_id)
    JOIN stock_sku_changes AS c
        ON c.mall = l.mall AND c.shop_id = l.shop_id
        AND c.manage_number = l.manage_number AND c.variant_id = l.variant_id
        AND c.sku_before = m.sku
    WHERE m.kind <> 'count'
    GROUP BY ALL
),
of_stock AS (
    SELECT
        m.sku, c.sku AS sku_after, m.kind IN ('receipt', 'adjustment') AS by_hand,
        m.mall, m.shop_id, m.order_number, m.line_id, m.effective_at,
        sum(m.quantity) AS quantity
    FROM stock_movements AS m
    JOIN (
        SELECT DISTINCT sku_before, sku FROM stock_sku_changes WHERE carries
    ) AS c ON c.sku_before = m.sku
    LEFT JOIN of_lines AS l
        ON l.sku = m.sku AND l.mall = m.mall AND l.shop_id = m.shop_id
        AND l.order_number = m.order_number AND l.line_id = m.line_id
    WHERE m.kind <> 'count'
      AND l.sku IS NULL
    GROUP BY ALL
),
moving AS (
    FROM of_lines WHERE quantity <> 0
    UNION ALL
    FROM of_stock WHERE quantity <> 0
),
sides AS (
    SELECT * EXCLUDE (sku, sku_after, quantity), sku, -quantity AS quantity
    FROM moving
    UNION ALL
    SELECT * EXCLUDE (sku, sku_after, quantity), sku_after AS sku, quantity
    FROM moving
    UNION ALL BY NAME
    SELECT DISTINCT sku, true AS by_hand, $moved_at::TIMESTAMPTZ AS effective_at, 0 AS quantity
    FROM stock_sku_changes
)
SELECT
    concat_ws('/', 'map', $change_id, row_number() OVER (
        ORDER BY sku, mall, shop_id, order_number, line_id, effective_at, by_hand, quantity
    )) AS movement_id,
    sku,
    quantity::BIGINT AS quantity,
    CASE
        WHEN by_hand THEN 'adjustment'
        WHEN quantity < 0 THEN 'order'
        ELSE 'cancellation'
    END AS kind,
    'mapping' AS source,
    mall, shop_id, order_number, line_id,
    $change_id AS cause_id, $who AS who, $note AS note,
    effective_at,
    $moved_at::TIMESTAMPTZ AS moved_at
FROM sides;

-- name: plan_stock_sku_counts
-- Where the whole stock moves, its latest count moves along, and
-- what it leaves behind counts as none. Goods that were only received have no count.
-- in:  temporary table `stock_sku_changes`, $change_id, $who, $note, $moved_at
-- out: temporary table `stock_counts`: sku, counted, counted_at and the cause
CREATE OR REPLACE TEMP TABLE stock_counts AS
WITH carried AS (
    SELECT DISTINCT c.sku_before, c.sku, k.counted, k.counted_at
    FROM stock_sku_changes AS c
    JOIN stock_counted AS k ON k.sku = c.sku_before
    WHERE c.carries
      AND k.source <> 'emptied'
)
SELECT
    sku, counted, counted_at,
    'mapping' AS source, $change_id AS cause_id, $who AS who, $note AS note, $moved_at::TIMESTAMPTZ AS moved_at
FROM carried
UNION ALL
SELECT sku_before, 0, counted_at, 'emptied', $change_id, $who, $note, $moved_at::TIMESTAMPTZ
FROM carried;

-- name: insert_stock_counts
-- Book counts. A count says what stood there at its moment: the
-- level becomes that number and whatever took effect after it.
-- in:  temporary table `stock_counts` (sku, counted, counted_at and the cause), one row
--      per SKU, none older than the latest count in `stock_counted`
-- out: rows of stock_movements, also where nothing differs: the count was made
INSERT INTO stock_movements BY NAME
SELECT
    (SELECT coalesce(max(seq), 0) FROM stock_movements)
        + row_number() OVER (ORDER BY c.sku) AS seq,
    concat_ws('/', 'counted', c.source, c.cause_id, c.sku) AS movement_id,
    c.sku,
    (
        c.counted - coalesce((
            SELECT sum(m.quantity)
            FROM stock_movements AS m
            WHERE m.sku = c.sku
              AND (m.kind = 'count' OR m.effective_at <= c.counted_at)
        ), 0)
    )::BIGINT AS quantity,
    'count' AS kind,
    c.source,
    c.counted,
    c.cause_id, c.who, c.note,
    c.counted_at AS effective_at,
    c.moved_at
FROM stock_counts AS c;

-- name: merge_stock_skus
-- Write down whose stock the listings sell.
-- in:  temporary table `stock_skus`, $moved_at
-- out: rows of sku_map
MERGE INTO sku_map
USING (SELECT *, $moved_at::TIMESTAMPTZ AS mapped_at FROM stock_skus) AS said
    USING (mall, shop_id, manage_number, variant_id)
WHEN MATCHED AND (sku_map.sku <> said.sku OR sku_map.source <> said.source)
    THEN UPDATE BY NAME
WHEN NOT MATCHED THEN INSERT BY NAME;

-- name: explain_stock_level
-- Why a SKU stands where it stands, every movement in the order in
-- which it was booked.
-- in:  $sku
-- out: seq, moved_at, effective_at, kind, quantity, level (after it), counted, the order,
--      cause_id, who, note
SELECT
    seq, moved_at, effective_at, kind, quantity,
    (sum(quantity) OVER (ORDER BY seq))::BIGINT AS level,
    counted, mall, shop_id, order_number, line_id, cause_id, who, note
FROM stock_movements
WHERE sku = $sku
ORDER BY seq;
