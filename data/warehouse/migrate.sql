-- name: record_migration
-- Record a file as applied, inside its own transaction.
-- in: $version, $name, $sha256
INSERT INTO schema_migrations (version, name, sha256, applied_at)
VALUES ($version, $name, $sha256, now());

-- name: list_migrations
-- The files this database has been through.
-- out: version, name, sha256, in order
SELECT version, name, sha256
FROM schema_migrations
ORDER BY version;

-- name: count_tables
-- How many tables the database holds.
-- out: one number
SELECT count(*) FROM duckdb_tables() WHERE NOT internal;
