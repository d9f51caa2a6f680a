-- A line keeps its line_id over all files of its order, whatever a file calls it. What the
-- mall calls it is kept beside it where that is another name, or none.

ALTER TABLE order_lines ADD COLUMN mall_line_id VARCHAR;

UPDATE order_lines SET mall_line_id = ''
WHERE mall IN ('shopify', 'base', 'futureshop', 'ponpare', 'minne', 'creema')
   OR (mall IN ('amazon', 'rakuten') AND length(line_id) < 5);

COMMENT ON COLUMN order_lines.mall_line_id IS 'The mall''s own id of the line where it is not line_id; empty where no file has told one; NULL where line_id is the mall''s';
COMMENT ON COLUMN order_lines.line_id IS '商品明細ID, or a number of ours where the mall has none; a line keeps it for life';
