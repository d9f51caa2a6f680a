-- What a shop had set of its stock link, and since when: a level that did not go to the
-- mall in an hour of silence is no fault.

CREATE TABLE stock_links (
    mall         VARCHAR     NOT NULL,
    shop_id      VARCHAR     NOT NULL,
    since        TIMESTAMPTZ NOT NULL,
    is_on        BOOLEAN     NOT NULL,
    silent_hours VARCHAR     NOT NULL,
    PRIMARY KEY (mall, shop_id, since)
);

COMMENT ON TABLE stock_links IS 'Settings of each shop''s stock link (在庫連動) as runs found them; a row for each change, the latest before a moment was in force';
COMMENT ON COLUMN stock_links.mall IS 'Mall of the shop';
COMMENT ON COLUMN stock_links.shop_id IS 'Shop';
COMMENT ON COLUMN stock_links.since IS 'When a run first found it so';
COMMENT ON COLUMN stock_links.is_on IS 'Whether levels go to the mall by themselves; else with the morning at nine only';
COMMENT ON COLUMN stock_links.silent_hours IS 'Hours of the day in Japan in which none goes by itself, such as 20-22; empty = none';
