-- find_shop_application: when one application was made and sent.
-- in:  $shop, $mail_hash
-- out: made_at, sent_at; at most one row
SELECT made_at, sent_at
FROM shop_applications
WHERE shop = $shop
  AND mail_hash = $mail_hash;
