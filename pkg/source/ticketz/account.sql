SELECT c.id AS account_id, c.name
FROM {{table "Companies"}} AS c
WHERE true
  AND c.id = $account::int
