-- name: create_handle_of
-- What flows call the shop of an order: its handle, or its id where no shop is set up under
-- it. While a shop gets a new handle the former one is known as well, and the first counts.
-- in:  nothing
-- out: temporary macro `handle_of`
CREATE OR REPLACE TEMP MACRO handle_of(of_mall, of_id) AS coalesce(
    (SELECT min(s.shop) FROM shops AS s WHERE s.mall = of_mall AND s.shop_id = of_id),
    of_id
);
