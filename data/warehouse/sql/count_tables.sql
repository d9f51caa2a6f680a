-- count_tables: how many tables the database holds.
-- out: one number
SELECT count(*) FROM duckdb_tables() WHERE NOT internal;
