-- name: create_door
-- Where a recipient is and who: two addresses are one door if this is the same. How an
-- address is split over its cells, widths and blanks are no other door.
-- in:  nothing
-- out: temporary macro `door`
CREATE OR REPLACE TEMP MACRO door(
    family_name, first_name, zip, prefecture, city, street
) AS translate(
    concat_ws(
        chr(31), concat(family_name, first_name), zip, concat(prefecture, city, street)
    ),
    '０１２３４５６７８９－- 　', '0123456789'
);

-- name: create_cold
-- How cold a parcel travels, by its label (`data.model.shipping.label.cool_of`): 3 frozen,
-- 2 chilled, else 0.
-- in:  nothing
-- out: temporary macro `cold`
CREATE OR REPLACE TEMP MACRO cold(delivery_method, delivery_class) AS CASE
    WHEN delivery_class IN (2, 3) THEN delivery_class
    WHEN contains(delivery_method, '冷凍') THEN 3
    WHEN regexp_matches(delivery_method, '冷蔵|チルド|クール|ﾁﾙﾄﾞ|ｸｰﾙ') THEN 2
    ELSE 0
END;

-- name: create_here_by_lines
-- Whether some lines of a package are still to be sent, where the mall's file says of each
-- line what became of it: false if none is, NULL if it does not say or none has left.
-- in:  nothing
-- out: temporary macro `here_by_lines`, an aggregate of line_shares.outcome
CREATE OR REPLACE TEMP MACRO here_by_lines(outcome) AS CASE
    WHEN NOT bool_or(outcome = 'open') THEN false
    WHEN bool_or(outcome = 'shipped') THEN true
END;

-- name: create_is_here
-- Whether a package has not left by the mall's file: that has its number or its day, or
-- says it of each line. Where it says so of some lines only, the others are still here.
-- in:  nothing
-- out: temporary macro `is_here`
CREATE OR REPLACE TEMP MACRO is_here(
    by_lines, tracking_number, shipping_date, today
) AS coalesce(
    by_lines, tracking_number IS NULL AND coalesce(shipping_date > today, true)
);
