SELECT q."userId" AS agent_id, q."queueId" AS team_id
FROM {{table "UserQueues"}} AS q
WHERE true
  AND q."queueId" IN (SELECT t.id FROM {{table "Queues"}} AS t WHERE t."companyId" = $account::int)
