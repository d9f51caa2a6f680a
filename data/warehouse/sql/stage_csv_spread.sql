-- stage_csv_spread: put rows of orders that lie in several chunks aside.
-- in:  view `csv_aside`, every cell
-- out: rows of `csv_spread`
INSERT INTO csv_spread
SELECT * FROM csv_aside;
