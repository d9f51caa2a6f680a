-- insert_csv_people: write the people of a part's new orders, the only personal data.
-- in:  view `csv_speaking`, $mall, $shop_id
-- out: rows of order_people; nobody is written of whom the file says nothing
INSERT INTO order_people BY NAME
WITH people AS (
    SELECT
        r.order_number,
        'orderer' AS role,
        '' AS basket_id,
        r.orderer_family_name AS family_name,
        r.orderer_first_name AS first_name,
        r.orderer_family_name_kana AS family_name_kana,
        r.orderer_first_name_kana AS first_name_kana,
        r.orderer_zip AS zip,
        r.orderer_prefecture AS prefecture,
        r.orderer_city AS city,
        r.orderer_street AS street,
        r.orderer_phone AS phone,
        r.orderer_email AS email,
        r.orderer_remarks AS remarks
    FROM csv_speaking AS r
    WHERE r.speaks_for_order
      AND NOT r.is_known
    UNION ALL
    SELECT
        r.order_number,
        'recipient' AS role,
        r.basket_id,
        r.recipient_family_name,
        r.recipient_first_name,
        r.recipient_family_name_kana,
        r.recipient_first_name_kana,
        r.recipient_zip,
        r.recipient_prefecture,
        r.recipient_city,
        r.recipient_street,
        r.recipient_phone,
        r.recipient_email,
        NULL AS remarks
    FROM csv_speaking AS r
    WHERE r.speaks_for_basket
      AND NOT r.is_known
)
SELECT $mall AS mall, $shop_id AS shop_id, p.*
FROM people AS p
WHERE coalesce(
    family_name, first_name, family_name_kana, first_name_kana, zip, prefecture,
    city, street, phone, email, remarks
) IS NOT NULL;
