-- What happened to the house itself: a file put back, hours lost by a restore, a rule
-- that did not hold at night. No order or shop is at fault, so nothing else shows it.

CREATE TABLE incidents (
    kind       VARCHAR     NOT NULL CHECK (kind <> ''),
    key        VARCHAR     NOT NULL CHECK (key <> ''),
    since      TIMESTAMPTZ NOT NULL,
    what       VARCHAR     NOT NULL,
    settled_at TIMESTAMPTZ,
    PRIMARY KEY (kind, key, since),
    CHECK (settled_at >= since)
);

COMMENT ON TABLE incidents IS 'What happened to the house, not to an order: append-only; open ones are in needs_a_person';
COMMENT ON COLUMN incidents.kind IS 'Kind, one of data.model.matter.MatterKind';
COMMENT ON COLUMN incidents.key IS 'Which one of its kind';
COMMENT ON COLUMN incidents.since IS 'When it happened or was first seen';
COMMENT ON COLUMN incidents.what IS 'What happened and what to do, in Japanese for staff, without personal data';
COMMENT ON COLUMN incidents.settled_at IS 'When it was seen to be over by itself; NULL while it waits for a person';
