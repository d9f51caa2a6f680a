-- create_csv_spread: a place for rows of orders that lie in several chunks.
-- in:  view `csv_aside`, every cell
-- out: empty temporary table `csv_spread`
CREATE OR REPLACE TEMP TABLE csv_spread AS
SELECT * FROM csv_aside LIMIT 0;
