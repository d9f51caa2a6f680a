-- list_migrations: the files this database has been through.
-- out: version, name, sha256, in order
SELECT version, name, sha256
FROM schema_migrations
ORDER BY version;
