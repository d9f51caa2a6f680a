-- Orders whose money the mall shows as open, and that are not over there.
SELECT
    concat_ws('/', mall, shop_id, order_number),
    mall, shop_id, order_number, coalesce(ordered_at, imported_at),
    '送料などの金額が未確定です。対処: ' || if(
        mall = 'rakuten',
        'RMSで金額を確定してください。確定するまで、注文確認はできません。',
        'モールで金額が確定してから、注文CSVをもう一度取り込んでください。'
    )
FROM orders
WHERE NOT amounts_fixed
  AND NOT cancelled
  AND status NOT IN ('出荷済', 'キャンセル')
  AND outcome IS NULL
