-- merge_stock_settings: the safety stock that the file gives single listings; a blank
-- cell keeps what is known.
-- in:  view `stock_count_rows`, $mall, $shop_id, $moved_at
-- out: rows of stock_settings
MERGE INTO stock_settings
USING (
    SELECT
        $mall AS mall, $shop_id AS shop_id, manage_number, variant_id,
        safety::INTEGER AS safety, $moved_at::TIMESTAMPTZ AS set_at
    FROM stock_count_rows
    WHERE safety IS NOT NULL
) AS said USING (mall, shop_id, manage_number, variant_id)
WHEN MATCHED AND stock_settings.safety <> said.safety THEN UPDATE BY NAME
WHEN NOT MATCHED THEN INSERT BY NAME;
