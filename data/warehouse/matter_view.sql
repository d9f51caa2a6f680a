-- name: comment_matter_view
-- What the view's columns are, beside the statement that makes it.
COMMENT ON VIEW for_a_person IS 'Everything a person must act on, dismissed or not; a file in matters/ for each kind';
COMMENT ON COLUMN for_a_person.kind IS 'Kind, one of data.model.matter.MatterKind';
COMMENT ON COLUMN for_a_person.key IS 'Which one of its kind; the parameter key of the flow dismiss';
COMMENT ON COLUMN for_a_person.mall IS 'Mall it is about';
COMMENT ON COLUMN for_a_person.shop_id IS 'Shop it is about';
COMMENT ON COLUMN for_a_person.order_number IS '受注番号 it is about; NULL if about none';
COMMENT ON COLUMN for_a_person.since IS 'Since when it waits; later when it breaks anew';
COMMENT ON COLUMN for_a_person.what IS 'What happened and what to do, in Japanese for staff, without personal data';

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
