SELECT c.id AS conversation_id, c.account_id, c.display_id, c.contact_id, c.inbox_id AS line_id, c.assignee_id AS agent_id, c.team_id,
  CASE c.status WHEN 0 THEN 'open' WHEN 1 THEN 'resolved' WHEN 2 THEN 'pending' WHEN 3 THEN 'snoozed' END AS status,
  {{if has "conversations.priority"}}CASE c.priority WHEN 0 THEN 'low' WHEN 1 THEN 'medium' WHEN 2 THEN 'high' WHEN 3 THEN 'urgent' END AS priority,{{end}}
  {{if has "conversations.first_reply_created_at"}}c.first_reply_created_at AS first_response_at,{{end}}
  {{if has "conversations.waiting_since"}}c.waiting_since,{{end}}
  c.created_at, c.updated_at
FROM {{table "conversations"}} AS c
WHERE {{if feature "groups"}}c.group_type <> 1{{else}}true{{end}}
  AND c.created_at >= $since AT TIME ZONE 'UTC'
  AND c.created_at < $until AT TIME ZONE 'UTC'
  AND c.account_id = $account::int
