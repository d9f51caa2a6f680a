-- set_shop_licence: let a shop's row show the end of the key in use; a new key's end is
-- unknown until somebody tells it, and the old one's is no answer.
-- in:  $shop, $license_expires_at
-- out: the shop's row
UPDATE shops SET license_expires_at = $license_expires_at
WHERE shop = $shop;
