-- Chatwoot's own reports count an event when it was recorded. It measures every
-- resolution from the beginning of the conversation: what came after a reopening
-- is left to the times of both.
SELECT e.conversation_id,
  CASE e.name WHEN 'conversation_resolved' THEN 'resolved' WHEN 'conversation_opened' THEN 'reopened' WHEN 'reply_time' THEN 'reply'
    WHEN 'conversation_bot_handoff' THEN 'bot_handoff' WHEN 'conversation_bot_resolved' THEN 'bot_resolved' ELSE e.name END AS name,
  e.created_at AS at,
  {{if feature "reopenings" -}}
  CASE WHEN e.name = 'conversation_resolved' AND EXISTS (
      SELECT FROM {{table "reporting_events"}} AS o
      WHERE o.conversation_id = e.conversation_id AND o.name = 'conversation_opened' AND o.event_start_time < o.event_end_time AND o.created_at < e.created_at)
    THEN NULL ELSE e.value END AS seconds,
  {{- else}}{{unknown "reopened"}}e.value AS seconds,{{end}}
  -- 0 where the inbox keeps no business hours.
  CASE WHEN i.working_hours_enabled THEN e.value_in_business_hours END AS business_seconds,
  e.user_id AS agent_id
FROM {{table "reporting_events"}} AS e
LEFT JOIN {{table "inboxes"}} AS i ON i.id = e.inbox_id
WHERE (e.name IN ('first_response', 'reply_time', 'conversation_resolved', 'conversation_bot_resolved', 'conversation_bot_handoff')
    -- The first opening is recorded too, and took no time.
    OR e.name = 'conversation_opened' AND e.event_start_time < e.event_end_time)
  AND e.created_at >= $since AT TIME ZONE 'UTC'
  AND e.created_at < $until AT TIME ZONE 'UTC'
  AND e.account_id = $account::int
