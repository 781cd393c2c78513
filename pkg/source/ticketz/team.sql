SELECT q.id AS team_id, q.name
FROM {{table "Queues"}} AS q
WHERE true
  AND q."companyId" = $account::int
