-- name: list_published_sellers
-- Whose orders the copy holds, by mall.
-- in:  the copy's orders and shops
-- out: mall, shop_id, shop (its handle; the id where no shop is set up under it)
SELECT DISTINCT o.mall, o.shop_id, coalesce(s.shop, o.shop_id) AS shop
FROM orders AS o
LEFT JOIN shops AS s ON s.mall = o.mall AND s.shop_id = o.shop_id
ORDER BY o.mall, shop;
