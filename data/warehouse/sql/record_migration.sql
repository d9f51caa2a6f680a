-- record_migration: note a file as applied, inside its own transaction.
-- in: $version, $name, $sha256
INSERT INTO schema_migrations (version, name, sha256, applied_at)
VALUES ($version, $name, $sha256, now());
