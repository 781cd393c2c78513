SELECT t.id AS team_id, t.name
FROM {{table "teams"}} AS t
WHERE true
  AND t.account_id = $account::int
