-- Chatwoot's own reports count an event when it was recorded. It measures every
-- resolution from the beginning of the conversation: what came after a reopening
-- is left to the times of both. Every opening is recorded, of a bot's conversation
-- and after a pause too, with the time since the last resolution: a reopening is the
-- first one after that.
SELECT e.conversation_id,
  CASE e.name WHEN 'conversation_resolved' THEN 'resolved' WHEN 'conversation_opened' THEN 'reopened' WHEN 'reply_time' THEN 'reply'
    WHEN 'conversation_bot_handoff' THEN 'bot_handoff' WHEN 'conversation_bot_resolved' THEN 'bot_resolved' ELSE e.name END AS name,
  e.created_at AS at,
  {{if feature "reopenings" -}}
  CASE WHEN e.name = 'conversation_resolved' AND EXISTS (
      SELECT FROM {{table "reporting_events"}} AS o
      WHERE o.conversation_id = e.conversation_id AND o.name = 'conversation_opened' AND o.value > 0 AND o.created_at < e.created_at)
    THEN NULL ELSE e.value END AS seconds,
  {{- else}}{{unknown "reopened"}}e.value AS seconds,{{end}}
  -- 0 where the inbox keeps no business hours.
  CASE WHEN i.working_hours_enabled THEN e.value_in_business_hours END AS business_seconds,
  e.user_id AS agent_id
FROM {{table "reporting_events"}} AS e
LEFT JOIN {{table "inboxes"}} AS i ON i.id = e.inbox_id
WHERE (e.name IN ('first_response', 'reply_time', 'conversation_resolved', 'conversation_bot_resolved', 'conversation_bot_handoff')
    OR e.name = 'conversation_opened' AND e.value > 0 AND NOT EXISTS (
      SELECT FROM {{table "reporting_events"}} AS p
      WHERE p.conversation_id = e.conversation_id AND p.name = 'conversation_opened' AND p.value > 0 AND p.event_start_time = e.event_start_time AND p.id < e.id))
  {{if feature "groups"}}AND NOT EXISTS (SELECT FROM {{table "conversations"}} AS g WHERE g.id = e.conversation_id AND g.group_type = 1){{end}}
  AND e.created_at >= $since AT TIME ZONE 'UTC'
  AND e.created_at < $until AT TIME ZONE 'UTC'
  AND e.account_id = $account::int
