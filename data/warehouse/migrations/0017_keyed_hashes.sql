-- The hash of an order's content covers its people, too. Without a key the last digits of
-- a phone number are found from it by trying them all, also after the people were cleared.
-- `people_key` is what data.warehouse.people_key gave the session; `keyed` there does the
-- same to a new content, so that no stored order looks changed.

UPDATE orders
SET content_hash = sha256(getvariable('people_key') || content_hash)
WHERE content_source = 'api';

UPDATE order_log
SET content_hash = sha256(getvariable('people_key') || content_hash)
WHERE source = 'api';

COMMENT ON COLUMN orders.content_hash IS 'Hash of the snapshot, its people included, its time not, with the key in people.key; csv:<import_id> where content_source is csv_changed, empty where it is csv_created';
COMMENT ON COLUMN order_log.content_hash IS 'Hash of the snapshot, its people included, its time not, with the key in people.key; csv:<import_id> for what a CSV import made of the order, csv for the first content of one it created';
