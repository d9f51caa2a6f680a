-- No hash over what tells of people stands in the warehouse without the key.
--
-- Destinations that a mall gives no id had 48 bits of a hash of their address. From now on
-- they are numbered within their order, as connectors.order_files.numbering does it: the
-- addresses as they sort. Those that are gone come behind. The key printed on their labels
-- is a hash of the old id: it is kept with the key, for carriers' files that still come.
CREATE TEMP TABLE destinations AS
WITH told AS (
    SELECT mall, shop_id, order_number, basket_id FROM order_packages
    UNION SELECT mall, shop_id, order_number, basket_id FROM order_lines
    UNION SELECT mall, shop_id, order_number, basket_id FROM order_people
    UNION SELECT mall, shop_id, order_number, basket_id FROM shipments
    UNION SELECT mall, shop_id, order_number, basket_id FROM shipping_labels
    UNION SELECT mall, shop_id, order_number, basket_id FROM tracking_exports
    UNION
    SELECT
        mall, shop_id, order_number,
        unnest(regexp_extract_all(content::VARCHAR, '"basket_id"\s*:\s*"([^"]*)"', 1))
    FROM order_log
    WHERE mall IN ('rakuten', 'futureshop', 'ponpare')
),
sorted AS (
    SELECT
        t.mall, t.shop_id, t.order_number, t.basket_id,
        t.mall IN ('rakuten', 'futureshop', 'ponpare')
        AND regexp_full_match(t.basket_id, '[0-9a-f]{12}')
        AND (t.mall <> 'rakuten' OR t.basket_id ~ '.*[a-f].*' OR o.content_source <> 'api')
            AS is_hash,
        p.basket_id IS NULL AS is_gone,
        concat_ws(
            chr(31),
            coalesce(r.family_name, ''), coalesce(r.first_name, ''), coalesce(r.zip, ''),
            coalesce(r.prefecture, ''), coalesce(r.city, ''), coalesce(r.street, ''),
            coalesce(r.phone, '')
        ) AS address
    FROM told AS t
    LEFT JOIN orders AS o USING (mall, shop_id, order_number)
    LEFT JOIN order_packages AS p USING (mall, shop_id, order_number, basket_id)
    LEFT JOIN order_people AS r
        ON r.mall = t.mall AND r.shop_id = t.shop_id
        AND r.order_number = t.order_number AND r.basket_id = t.basket_id
        AND r.role = 'recipient'
),
taken AS (
    SELECT mall, shop_id, order_number, max(TRY_CAST(basket_id AS BIGINT)) AS last
    FROM sorted
    WHERE NOT is_hash AND TRY_CAST(basket_id AS BIGINT) < 1000
    GROUP BY ALL
)
SELECT
    s.mall, s.shop_id, s.order_number, s.basket_id AS hashed,
    CAST(coalesce(t.last, 0) + row_number() OVER (
        PARTITION BY s.mall, s.shop_id, s.order_number
        ORDER BY s.is_gone, s.address, s.basket_id
    ) AS VARCHAR) AS basket_id
FROM sorted AS s
LEFT JOIN taken AS t USING (mall, shop_id, order_number)
WHERE s.is_hash;

UPDATE order_packages AS o SET basket_id = d.basket_id FROM destinations AS d
WHERE o.mall = d.mall AND o.shop_id = d.shop_id
    AND o.order_number = d.order_number AND o.basket_id = d.hashed;
UPDATE order_lines AS o SET basket_id = d.basket_id FROM destinations AS d
WHERE o.mall = d.mall AND o.shop_id = d.shop_id
    AND o.order_number = d.order_number AND o.basket_id = d.hashed;
UPDATE order_people AS o SET basket_id = d.basket_id FROM destinations AS d
WHERE o.mall = d.mall AND o.shop_id = d.shop_id
    AND o.order_number = d.order_number AND o.basket_id = d.hashed;
UPDATE shipments AS o SET basket_id = d.basket_id FROM destinations AS d
WHERE o.mall = d.mall AND o.shop_id = d.shop_id
    AND o.order_number = d.order_number AND o.basket_id = d.hashed;
UPDATE shipping_labels AS o SET
    basket_id = d.basket_id,
    short_key = sha256(getvariable('people_key') || o.short_key)
FROM destinations AS d
WHERE o.mall = d.mall AND o.shop_id = d.shop_id
    AND o.order_number = d.order_number AND o.basket_id = d.hashed;
UPDATE tracking_exports AS o SET basket_id = d.basket_id FROM destinations AS d
WHERE o.mall = d.mall AND o.shop_id = d.shop_id
    AND o.order_number = d.order_number AND o.basket_id = d.hashed;

UPDATE dismissals AS o SET key = replace(o.key, '/' || d.hashed || '/', '/' || d.basket_id || '/')
FROM destinations AS d
WHERE o.kind = 'tracking_refused' AND contains(o.key, d.order_number || '/' || d.hashed || '/');

UPDATE order_log AS o SET content = d.content
FROM (
    SELECT
        l.mall, l.shop_id, l.order_number, l.observed_at,
        list_reduce(
            list_prepend(
                {'hashed': '', 'basket_id': '', 'content': any_value(l.content)::VARCHAR},
                list({'hashed': d.hashed, 'basket_id': d.basket_id, 'content': ''})
            ),
            lambda done, one: {
                'hashed': '', 'basket_id': '',
                'content': replace(
                    done.content, '"' || one.hashed || '"', '"' || one.basket_id || '"'
                )
            }
        ).content::JSON AS content
    FROM order_log AS l
    JOIN destinations AS d USING (mall, shop_id, order_number)
    GROUP BY l.mall, l.shop_id, l.order_number, l.observed_at
) AS d
WHERE o.mall = d.mall AND o.shop_id = d.shop_id
    AND o.order_number = d.order_number AND o.observed_at = d.observed_at;

DROP TABLE destinations;

COMMENT ON COLUMN shipping_labels.short_key IS '短縮キー printed on the label; its hash with the key in people.key where the package has another id since';
COMMENT ON COLUMN order_packages.basket_id IS '送付先ID, the package within the order; a number of ours where the mall has none';

-- The files and answers that orders came by are known by hashes that take the key as well.
UPDATE csv_imports SET file_sha256 = sha256(getvariable('people_key') || file_sha256)
WHERE NOT starts_with(file_sha256, 'cleared:');
UPDATE shipment_imports SET file_sha256 = sha256(getvariable('people_key') || file_sha256)
WHERE NOT starts_with(file_sha256, 'cleared:');
UPDATE order_sightings SET answer_hash = sha256(getvariable('people_key') || answer_hash)
WHERE answer_hash IS NOT NULL;

COMMENT ON COLUMN csv_imports.file_sha256 IS 'SHA-256 of the file''s bytes (of a pair, of both hashes), with the key in people.key';
COMMENT ON COLUMN shipment_imports.file_sha256 IS 'SHA-256 of the file''s bytes, with the key in people.key';
COMMENT ON COLUMN order_sightings.answer_hash IS 'Hash of the mall''s own answer that showed it, with the key in people.key; NULL when unknown or when something else changed the order since';
