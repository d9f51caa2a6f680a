-- mark_shop_application_sent: note that a mail server took the application's mail.
-- in:  $shop, $mail_hash, $sent_at
-- out: the row of shop_applications; a first sending is not overwritten
UPDATE shop_applications SET sent_at = coalesce(sent_at, $sent_at)
WHERE shop = $shop
  AND mail_hash = $mail_hash;
