-- people_stay_in_order_people: no other table has a column for personal data,
-- and the log's contents hold no people.
-- out: broken, one row per column or log entry
SELECT concat_ws('.', table_name, column_name) AS broken
FROM duckdb_columns()
WHERE NOT internal
  AND database_name = current_database()
  AND table_name <> 'order_people'
  AND column_name IN (
      'family_name', 'first_name', 'family_name_kana', 'first_name_kana',
      'city', 'street', 'phone', 'email', 'remarks', 'people',
      'memo', 'operator', 'mail_note', 'pickup_zip', 'pickup_address'
  )
UNION ALL
SELECT concat_ws(' ', mall, shop_id, order_number, observed_at)
FROM order_log
WHERE json_exists(content, '$.people');
