-- Views that are composed of files and made anew when one of the files changes.

CREATE TABLE view_versions (
    view_name VARCHAR     NOT NULL PRIMARY KEY,
    sha256    VARCHAR     NOT NULL,
    made_at   TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE view_versions IS 'Views composed of files (data/warehouse/matters/), and of which content they were made';
COMMENT ON COLUMN view_versions.view_name IS 'Name of the view';
COMMENT ON COLUMN view_versions.sha256 IS 'Hash of the statement that made it; another one makes the view anew';
COMMENT ON COLUMN view_versions.made_at IS 'When it was made';
