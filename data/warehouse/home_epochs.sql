-- name: latest_home_epoch
-- The last move this file knows of.
-- in:  nothing
-- out: at most one row: epoch, home
SELECT epoch, home FROM home_epochs ORDER BY epoch DESC LIMIT 1;

-- name: insert_home_epoch
-- A move of the home to a host.
-- in:  $epoch, $home, $host, $begun_at
-- out: one row of home_epochs
INSERT INTO home_epochs BY NAME
SELECT $epoch AS epoch, $home AS home, $host AS host, $begun_at::TIMESTAMPTZ AS begun_at;

-- name: delete_home_epoch
-- Take back a move that did not come off.
-- in:  $epoch
-- out: nothing
DELETE FROM home_epochs WHERE epoch = $epoch;
