-- list_stored_people: the people of orders; personal data.
-- in:  $mall, $shop_id, $numbers
-- out: order_number, then a person's columns
SELECT
    order_number, role, basket_id, family_name, first_name, family_name_kana,
    first_name_kana, zip, prefecture, city, street, phone, email, remarks
FROM order_people
WHERE mall = $mall
  AND shop_id = $shop_id
  AND list_contains($numbers::VARCHAR[], order_number);
