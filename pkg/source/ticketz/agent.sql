SELECT u.id AS agent_id, u.name
FROM {{table "Users"}} AS u
WHERE true
  AND u."companyId" = $account::int
