-- What clerks did to orders at the mall: sub-statuses, memos and cancellations.

CREATE TABLE order_marks (
    mark_id      VARCHAR     NOT NULL PRIMARY KEY CHECK (mark_id <> ''),
    kind         VARCHAR     NOT NULL CHECK (kind IN ('sub_status', 'memo', 'cancel')),
    mall         VARCHAR     NOT NULL,
    shop_id      VARCHAR     NOT NULL,
    order_number VARCHAR     NOT NULL CHECK (order_number <> ''),
    value        VARCHAR     NOT NULL,
    who          VARCHAR     NOT NULL CHECK (who <> ''),
    state        VARCHAR     NOT NULL CHECK (state IN (
        'planned', 'sent', 'done', 'refused', 'unknown'
    )),
    code         VARCHAR,
    reason       VARCHAR,
    planned_at   TIMESTAMPTZ NOT NULL,
    sent_at      TIMESTAMPTZ,
    settled_at   TIMESTAMPTZ,
    CHECK (state = 'planned' OR sent_at IS NOT NULL),
    CHECK (state NOT IN ('done', 'refused') OR settled_at IS NOT NULL)
);

COMMENT ON TABLE order_marks IS 'Marks that clerks set on orders at the mall, each stored before its call, never deleted; no text of a memo';
COMMENT ON COLUMN order_marks.mark_id IS 'Run, kind and order';
COMMENT ON COLUMN order_marks.kind IS 'sub_status (サブステータス), memo (ひとことメモ), cancel (キャンセル)';
COMMENT ON COLUMN order_marks.mall IS 'Mall of the order';
COMMENT ON COLUMN order_marks.shop_id IS 'Shop of the order';
COMMENT ON COLUMN order_marks.order_number IS '受注番号';
COMMENT ON COLUMN order_marks.value IS 'Sub-status ID, empty to clear; append or overwrite for a memo; reason and stock code of a cancellation, e.g. 8/0';
COMMENT ON COLUMN order_marks.who IS 'Who asked for it: a role';
COMMENT ON COLUMN order_marks.state IS 'planned, sent (call under way), done (read back), refused, unknown (the answer was lost, or the order does not show it)';
COMMENT ON COLUMN order_marks.code IS 'RMS''s code';
COMMENT ON COLUMN order_marks.reason IS 'RMS''s words and what to do';
COMMENT ON COLUMN order_marks.planned_at IS 'When the intent was stored';
COMMENT ON COLUMN order_marks.sent_at IS 'When the call was about to leave';
COMMENT ON COLUMN order_marks.settled_at IS 'When it was read back or refused';
