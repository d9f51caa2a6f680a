-- A shop's life: how it came to its stage, the keys it was seen with, the warnings about
-- their end, and its applications. Neither keys nor anything about people is in here.

CREATE TABLE shop_stages (
    shop     VARCHAR     NOT NULL CHECK (shop <> ''),
    step     INTEGER     NOT NULL CHECK (step >= 1),
    stage    VARCHAR     NOT NULL CHECK (stage IN (
        '申請準備', '申請済', 'API承認待ち', 'キー登録済', '接続確認済',
        '通知承認待ち', '開始待ち', '稼働中', '停止', '期限切れ'
    )),
    moved_at TIMESTAMPTZ NOT NULL,
    who      VARCHAR     NOT NULL CHECK (who <> ''),
    why      VARCHAR     NOT NULL CHECK (why <> ''),
    PRIMARY KEY (shop, step)
);

COMMENT ON TABLE shop_stages IS 'Every move of a shop, in order; append-only. shops.stage is the last one''s';
COMMENT ON COLUMN shop_stages.shop IS 'Handle of the shop; it may be here before it has a row in shops';
COMMENT ON COLUMN shop_stages.step IS 'Number of the move, from 1 without a gap';
COMMENT ON COLUMN shop_stages.stage IS 'Where the move led';
COMMENT ON COLUMN shop_stages.moved_at IS 'When; never before the move before it';
COMMENT ON COLUMN shop_stages.who IS 'Who made it: a role or a flow';
COMMENT ON COLUMN shop_stages.why IS 'Why, in their words';

CREATE TABLE shop_keys (
    shop             VARCHAR     NOT NULL CHECK (shop <> ''),
    key_hash         VARCHAR     NOT NULL CHECK (key_hash <> ''),
    first_seen_at    TIMESTAMPTZ NOT NULL,
    last_seen_at     TIMESTAMPTZ NOT NULL,
    told_expires_at  TIMESTAMPTZ,
    typed_expires_at TIMESTAMPTZ,
    PRIMARY KEY (shop, key_hash),
    CHECK (first_seen_at <= last_seen_at)
);

COMMENT ON TABLE shop_keys IS 'The licence keys a shop was seen with, by fingerprint; the one seen last is in use';
COMMENT ON COLUMN shop_keys.shop IS 'Handle of the shop';
COMMENT ON COLUMN shop_keys.key_hash IS 'Fingerprint of the key, to know a new one; never the key';
COMMENT ON COLUMN shop_keys.first_seen_at IS 'When it was first seen: the best we know of its age';
COMMENT ON COLUMN shop_keys.last_seen_at IS 'When it was last seen';
COMMENT ON COLUMN shop_keys.told_expires_at IS 'ライセンスキー有効期限 as the mall told it';
COMMENT ON COLUMN shop_keys.typed_expires_at IS 'The same as a person typed it; counts while the mall has not told';

CREATE TABLE shop_warnings (
    shop       VARCHAR     NOT NULL CHECK (shop <> ''),
    expires_at TIMESTAMPTZ NOT NULL,
    days       INTEGER     NOT NULL,
    warned_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (shop, expires_at, days)
);

COMMENT ON TABLE shop_warnings IS 'Warnings given about the end of a licence key, so that each is given once';
COMMENT ON COLUMN shop_warnings.shop IS 'Handle of the shop';
COMMENT ON COLUMN shop_warnings.expires_at IS 'The end that was warned of; another one begins anew';
COMMENT ON COLUMN shop_warnings.days IS '30, 14, 7, 3 or 1 days before it';
COMMENT ON COLUMN shop_warnings.warned_at IS 'When';

CREATE TABLE shop_applications (
    shop        VARCHAR     NOT NULL CHECK (shop <> ''),
    mail_hash   VARCHAR     NOT NULL CHECK (mail_hash <> ''),
    shop_name   VARCHAR     NOT NULL,
    shop_url    VARCHAR     NOT NULL,
    rakuten_pay VARCHAR     NOT NULL CHECK (rakuten_pay IN ('あり', 'なし')),
    made_at     TIMESTAMPTZ NOT NULL,
    sent_at     TIMESTAMPTZ,
    PRIMARY KEY (shop, mail_hash)
);

COMMENT ON TABLE shop_applications IS 'Applications for the API (楽天API利用申請), without the people and addresses in them';
COMMENT ON COLUMN shop_applications.shop IS 'Handle of the shop';
COMMENT ON COLUMN shop_applications.mail_hash IS 'SHA-256 of the mail, to know the same application again';
COMMENT ON COLUMN shop_applications.shop_name IS '店舗名, as everybody sees it at the mall';
COMMENT ON COLUMN shop_applications.shop_url IS '店舗URL';
COMMENT ON COLUMN shop_applications.rakuten_pay IS '楽天ペイ利用';
COMMENT ON COLUMN shop_applications.made_at IS 'When the mail was last made';
COMMENT ON COLUMN shop_applications.sent_at IS 'When a mail server took it from us; NULL = copied and sent by hand, or not at all';
