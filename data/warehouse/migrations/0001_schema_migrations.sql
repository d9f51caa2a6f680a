-- The ledger of migrations: which files this database has been through.

CREATE TABLE schema_migrations (
    version    INTEGER     NOT NULL PRIMARY KEY,
    name       VARCHAR     NOT NULL,
    sha256     VARCHAR     NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE schema_migrations IS 'Migration files this database has been through, one row each';
COMMENT ON COLUMN schema_migrations.version IS 'Number at the start of the file name';
COMMENT ON COLUMN schema_migrations.name IS 'File name';
COMMENT ON COLUMN schema_migrations.sha256 IS 'Hash of the file as it was applied; a released file is never edited';
COMMENT ON COLUMN schema_migrations.applied_at IS 'When it was applied';
