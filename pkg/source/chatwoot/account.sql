SELECT a.id AS account_id, a.name
FROM {{table "accounts"}} AS a
WHERE true
  AND a.id = $account::int
