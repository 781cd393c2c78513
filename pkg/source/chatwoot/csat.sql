-- Answers, and the surveys that nobody has answered: Chatwoot's own messages (3), or
-- templates of WhatsApp (1). Of an answer whose message is gone no survey is recorded.
SELECT s.conversation_id, s.contact_id, s.assigned_agent_id AS agent_id, s.rating, s.feedback_message AS comment,
  m.created_at AS sent_at, s.created_at AS answered_at
FROM {{table "csat_survey_responses"}} AS s
LEFT JOIN {{table "messages"}} AS m ON m.id = s.message_id
WHERE {{if feature "groups"}}NOT EXISTS (SELECT FROM {{table "conversations"}} AS g WHERE g.id = s.conversation_id AND g.group_type = 1){{else}}true{{end}}
  AND s.created_at >= $since AT TIME ZONE 'UTC'
  AND s.account_id = $account::int
  AND s.conversation_id IN ($conversations)
UNION ALL
SELECT m.conversation_id::bigint, c.contact_id, NULL::bigint, NULL::int, NULL, m.created_at, NULL
FROM {{table "messages"}} AS m
JOIN {{table "conversations"}} AS c ON c.id = m.conversation_id
WHERE m.content_type = 9 AND m.message_type IN (1, 3) AND NOT m.private{{if feature "groups"}} AND c.group_type <> 1{{end}} AND NOT EXISTS (SELECT FROM {{table "csat_survey_responses"}} AS s WHERE s.message_id = m.id)
  AND m.created_at >= $since AT TIME ZONE 'UTC'
  AND m.created_at < $until AT TIME ZONE 'UTC'
  AND m.account_id = $account::int
  AND m.conversation_id IN ($conversations)
