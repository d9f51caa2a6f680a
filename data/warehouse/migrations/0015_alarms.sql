-- What somebody was told of, so that each trouble is told once when it breaks and once
-- when it is well again.

CREATE TABLE alarms (
    kind      VARCHAR     NOT NULL CHECK (kind <> ''),
    shop      VARCHAR     NOT NULL,
    since     TIMESTAMPTZ NOT NULL,
    what      VARCHAR     NOT NULL,
    healed_at TIMESTAMPTZ,
    told      VARCHAR     NOT NULL CHECK (told IN ('nothing', 'broken', 'healed')),
    PRIMARY KEY (kind, shop, since),
    CHECK (healed_at >= since),
    CHECK (told <> 'healed' OR healed_at IS NOT NULL)
);

COMMENT ON TABLE alarms IS 'Troubles somebody is told of, each once when it breaks and once when it is well again; never deleted';
COMMENT ON COLUMN alarms.kind IS 'Kind, one of data.model.alarm.AlarmKind';
COMMENT ON COLUMN alarms.shop IS 'Handle of the shop; empty for the machine';
COMMENT ON COLUMN alarms.since IS 'When it was first seen';
COMMENT ON COLUMN alarms.what IS 'What happened and what to do, in Japanese for staff, as it was told';
COMMENT ON COLUMN alarms.healed_at IS 'When it was first seen to be well again; NULL while it lasts';
COMMENT ON COLUMN alarms.told IS 'What was told of it so far: nothing, broken, healed';
