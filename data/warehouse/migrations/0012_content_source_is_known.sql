-- Every order has a content source from now on. A file of its own: DuckDB 2.0 refuses
-- NOT NULL in the transaction that filled the column ("outstanding updates").

ALTER TABLE orders ALTER COLUMN content_source SET NOT NULL;
