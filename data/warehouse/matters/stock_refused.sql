-- Listings whose latest level the mall refused or does not have.
SELECT
    concat_ws('/', mall, shop_id, manage_number, variant_id),
    mall, shop_id, NULL, coalesce(sent_at, planned_at),
    '在庫を転送できませんでした(商品管理番号 ' || manage_number || '、SKU管理番号 '
        || variant_id || '): ' || CASE
            WHEN contains(reason, '対処') THEN reason || '修正した後は、'
            ELSE coalesce(reason, 'RMSにこのSKUがありません。')
                || ' 対処: RMSの商品とSKUを確認し、'
        END || 'push-inventory を「全件」で実行してください。'
FROM (
    FROM inventory_pushes
    WHERE state <> 'superseded'
    QUALIFY row_number() OVER (
        PARTITION BY mall, shop_id, manage_number, variant_id
        ORDER BY planned_at DESC, level_seq DESC, push_id DESC
    ) = 1
)
WHERE state IN ('refused', 'unknown_sku')
