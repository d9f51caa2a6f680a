-- merge_people: write the people of new and changed orders, the only personal data.
-- in:  temporary table `written`
-- out: rows of order_people
MERGE INTO order_people
USING (
    SELECT
        mall, shop_id, order_number,
        p.role, p.basket_id,
        p.family_name, p.first_name, p.family_name_kana, p.first_name_kana,
        p.zip, p.prefecture, p.city, p.street, p.phone, p.email, p.remarks
    FROM (
        SELECT mall, shop_id, order_number, unnest(people) AS p
        FROM written
    )
) AS people USING (mall, shop_id, order_number, role, basket_id)
WHEN MATCHED THEN UPDATE BY NAME
WHEN NOT MATCHED THEN INSERT BY NAME;
