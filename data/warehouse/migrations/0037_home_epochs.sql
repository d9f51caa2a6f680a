-- Which move of its home a file is of: two hosts never own one home (docs/scaling.md).

CREATE TABLE home_epochs (
    epoch    BIGINT      NOT NULL PRIMARY KEY CHECK (epoch > 0),
    home     VARCHAR     NOT NULL CHECK (home <> ''),
    host     VARCHAR     NOT NULL,
    begun_at TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE home_epochs IS 'One row for each move of this home to a host; the latest is compared in every transaction. Empty where there is one machine';
COMMENT ON COLUMN home_epochs.epoch IS 'Number of the move, 1 = where it began';
COMMENT ON COLUMN home_epochs.home IS 'Name of the home: the same in every row';
COMMENT ON COLUMN home_epochs.host IS 'Host that owns it from then on';
COMMENT ON COLUMN home_epochs.begun_at IS 'When the move was made';
