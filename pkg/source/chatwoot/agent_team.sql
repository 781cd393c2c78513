SELECT m.user_id AS agent_id, m.team_id
FROM {{table "team_members"}} AS m
WHERE true
  AND m.team_id IN (SELECT t.id FROM {{table "teams"}} AS t WHERE t.account_id = $account::int)
