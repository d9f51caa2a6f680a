-- change_csv_people: what the people of a part's known orders become, where that differs
-- or is new.
-- in:  views `csv_speaking`, `csv_clears`, $mall, $shop_id
-- out: temporary table `csv_changed_people`, as columns of order_people
CREATE OR REPLACE TEMP TABLE csv_changed_people AS
WITH people AS (
    SELECT
        r.order_number, 'orderer' AS role, '' AS basket_id,
        r.orderer_family_name AS family_name, c.orderer_family_name AS clears_family_name,
        r.orderer_first_name AS first_name, c.orderer_first_name AS clears_first_name,
        r.orderer_family_name_kana AS family_name_kana, c.orderer_family_name_kana AS clears_family_name_kana,
        r.orderer_first_name_kana AS first_name_kana, c.orderer_first_name_kana AS clears_first_name_kana,
        r.orderer_zip AS zip, c.orderer_zip AS clears_zip,
        r.orderer_prefecture AS prefecture, c.orderer_prefecture AS clears_prefecture,
        r.orderer_city AS city, c.orderer_city AS clears_city,
        r.orderer_street AS street, c.orderer_street AS clears_street,
        r.orderer_phone AS phone, c.orderer_phone AS clears_phone,
        r.orderer_email AS email, c.orderer_email AS clears_email,
        r.orderer_remarks AS remarks, c.orderer_remarks AS clears_remarks
    FROM csv_speaking AS r
    CROSS JOIN csv_clears AS c
    WHERE r.speaks_for_order
      AND r.is_known
    UNION ALL
    SELECT
        r.order_number, 'recipient' AS role, r.basket_id,
        r.recipient_family_name AS family_name, c.recipient_family_name AS clears_family_name,
        r.recipient_first_name AS first_name, c.recipient_first_name AS clears_first_name,
        r.recipient_family_name_kana AS family_name_kana, c.recipient_family_name_kana AS clears_family_name_kana,
        r.recipient_first_name_kana AS first_name_kana, c.recipient_first_name_kana AS clears_first_name_kana,
        r.recipient_zip AS zip, c.recipient_zip AS clears_zip,
        r.recipient_prefecture AS prefecture, c.recipient_prefecture AS clears_prefecture,
        r.recipient_city AS city, c.recipient_city AS clears_city,
        r.recipient_street AS street, c.recipient_street AS clears_street,
        r.recipient_phone AS phone, c.recipient_phone AS clears_phone,
        r.recipient_email AS email, c.recipient_email AS clears_email,
        NULL AS remarks, false AS clears_remarks
    FROM csv_speaking AS r
    CROSS JOIN csv_clears AS c
    WHERE r.speaks_for_basket
      AND r.is_known
)
SELECT
    $mall AS mall, $shop_id AS shop_id, p.order_number, p.role, p.basket_id,
    if(p.clears_family_name, p.family_name, coalesce(p.family_name, o.family_name)) AS family_name,
    if(p.clears_first_name, p.first_name, coalesce(p.first_name, o.first_name)) AS first_name,
    if(p.clears_family_name_kana, p.family_name_kana, coalesce(p.family_name_kana, o.family_name_kana)) AS family_name_kana,
    if(p.clears_first_name_kana, p.first_name_kana, coalesce(p.first_name_kana, o.first_name_kana)) AS first_name_kana,
    if(p.clears_zip, p.zip, coalesce(p.zip, o.zip)) AS zip,
    if(p.clears_prefecture, p.prefecture, coalesce(p.prefecture, o.prefecture)) AS prefecture,
    if(p.clears_city, p.city, coalesce(p.city, o.city)) AS city,
    if(p.clears_street, p.street, coalesce(p.street, o.street)) AS street,
    if(p.clears_phone, p.phone, coalesce(p.phone, o.phone)) AS phone,
    if(p.clears_email, p.email, coalesce(p.email, o.email)) AS email,
    if(p.clears_remarks, p.remarks, coalesce(p.remarks, o.remarks)) AS remarks
FROM people AS p
LEFT JOIN order_people AS o
    ON o.mall = $mall AND o.shop_id = $shop_id AND o.order_number = p.order_number
    AND o.role = p.role AND o.basket_id = p.basket_id
WHERE o.role IS NOT NULL
   OR coalesce(
        p.family_name, p.first_name, p.family_name_kana, p.first_name_kana, p.zip,
        p.prefecture, p.city, p.street, p.phone, p.email, p.remarks
    ) IS NOT NULL
EXCEPT
SELECT
    mall, shop_id, order_number, role, basket_id,
    family_name, first_name, family_name_kana, first_name_kana, zip, prefecture,
    city, street, phone, email, remarks
FROM order_people
WHERE mall = $mall
  AND shop_id = $shop_id;
