-- Those of the account, and those whom its rows cite: who left is named still.
SELECT u.id AS agent_id, {{if has "users.display_name"}}coalesce(nullif(btrim(u.display_name, $blanks), ''), u.name){{else}}u.name{{end}} AS name
FROM {{table "users"}} AS u
WHERE true
  AND (u.id IN (SELECT a.user_id FROM {{table "account_users"}} AS a WHERE a.account_id = $account::int)
  OR EXISTS (SELECT FROM {{table "conversations"}} AS c WHERE c.assignee_id = u.id AND c.account_id = $account::int)
  {{if feature "event agents"}}OR EXISTS (SELECT FROM {{table "reporting_events"}} AS e WHERE e.user_id = u.id AND e.account_id = $account::int){{end}}
  {{if feature "rating agents"}}OR EXISTS (SELECT FROM {{table "csat_survey_responses"}} AS s WHERE s.assigned_agent_id = u.id AND s.account_id = $account::int){{end}}
  OR EXISTS (SELECT FROM {{table "messages"}} AS m WHERE m.sender_type = 'User' AND m.sender_id = u.id AND NOT m.private AND m.account_id = $account::int))
