-- Whose word an order's present content is. Until now `content_hash` said it by its form:
-- empty, `csv:…` or a hash. A type of its own, because DuckDB cannot add a CHECK later.

CREATE TYPE content_source AS ENUM ('api', 'csv_created', 'csv_changed');

ALTER TABLE orders ADD COLUMN content_source content_source;

UPDATE orders SET content_source = CASE
    WHEN content_hash = '' THEN 'csv_created'
    WHEN starts_with(content_hash, 'csv:') THEN 'csv_changed'
    ELSE 'api'
END;

COMMENT ON COLUMN orders.content_source IS 'Whose word the present content is: api (the mall''s own answer), csv_created (a CSV import created the order and nothing changed it since) or csv_changed (a CSV import changed it last); only api moves stock';
COMMENT ON COLUMN orders.content_hash IS 'SHA-256 of the snapshot, its people included, its time not; csv:<import_id> where content_source is csv_changed, empty where it is csv_created';
