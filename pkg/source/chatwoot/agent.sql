SELECT u.id AS agent_id, {{if has "users.display_name"}}coalesce(nullif(u.display_name, ''), u.name){{else}}u.name{{end}} AS name
FROM {{table "users"}} AS u
WHERE true
  AND u.id IN (SELECT a.user_id FROM {{table "account_users"}} AS a WHERE a.account_id = $account::int)
