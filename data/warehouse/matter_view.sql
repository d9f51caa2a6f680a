-- name: create_matter_list
-- What the view's columns are, and the list: the view less what was dismissed. An ANTI JOIN
-- lets a condition on the list reach the kinds; NOT EXISTS did not, and a question about
-- one order looked at all orders (DuckDB 2.0.1).
-- in:  view for_a_person
-- out: view needs_a_person, and the comments of both
CREATE OR REPLACE VIEW needs_a_person AS
SELECT m.kind, m.key, m.mall, m.shop_id, m.order_number, m.since, m.what
FROM for_a_person AS m
ANTI JOIN dismissals AS d
    ON d.kind = m.kind AND d.key = m.key AND d.dismissed_at >= m.since;
COMMENT ON VIEW for_a_person IS 'Everything a person must act on, dismissed or not; a file in matters/ for each kind';
COMMENT ON COLUMN for_a_person.kind IS 'Kind, one of data.model.matter.MatterKind';
COMMENT ON COLUMN for_a_person.key IS 'Which one of its kind; the parameter key of the flow dismiss';
COMMENT ON COLUMN for_a_person.mall IS 'Mall it is about';
COMMENT ON COLUMN for_a_person.shop_id IS 'Shop it is about';
COMMENT ON COLUMN for_a_person.order_number IS '受注番号 it is about; NULL if about none';
COMMENT ON COLUMN for_a_person.since IS 'Since when it waits; later when it breaks anew';
COMMENT ON COLUMN for_a_person.what IS 'What happened and what to do, in Japanese for staff, without personal data';
COMMENT ON VIEW needs_a_person IS 'What waits for a person now: for_a_person less what was dismissed since it broke';
COMMENT ON COLUMN needs_a_person.kind IS 'Kind, one of data.model.matter.MatterKind';
COMMENT ON COLUMN needs_a_person.key IS 'Which one of its kind; the parameter key of the flow dismiss';
COMMENT ON COLUMN needs_a_person.mall IS 'Mall it is about';
COMMENT ON COLUMN needs_a_person.shop_id IS 'Shop it is about';
COMMENT ON COLUMN needs_a_person.order_number IS '受注番号 it is about; NULL if about none';
COMMENT ON COLUMN needs_a_person.since IS 'Since when it waits';
COMMENT ON COLUMN needs_a_person.what IS 'What happened and what to do, in Japanese for staff, without personal data';

-- name: count_view_version
-- Whether a view was made of this very text.
-- in:  $view_name, $sha256
-- out: 1 or 0
SELECT count(*)
FROM view_versions
WHERE view_name = $view_name
  AND sha256 = $sha256;

-- name: record_view_version
-- Record the text a view was made of, inside its own transaction.
-- in:  $view_name, $sha256
-- out: one row of view_versions
INSERT OR REPLACE INTO view_versions (view_name, sha256, made_at)
VALUES ($view_name, $sha256, now());
