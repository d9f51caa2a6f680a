-- upsert_shop_application: keep an application; the same one again is made anew.
-- in:  $shop, $mail_hash, $shop_name, $shop_url, $rakuten_pay, $made_at
-- out: one row of shop_applications; what was sent stays sent
INSERT INTO shop_applications BY NAME
SELECT
    $shop AS shop,
    $mail_hash AS mail_hash,
    $shop_name AS shop_name,
    $shop_url AS shop_url,
    $rakuten_pay AS rakuten_pay,
    $made_at AS made_at,
    NULL AS sent_at
ON CONFLICT (shop, mail_hash) DO UPDATE SET
    made_at = greatest(shop_applications.made_at, excluded.made_at);
