-- What people wrote to each other and what Chatwoot wrote for them (type 3:
-- greetings, absence, surveys): neither private notes nor lines of activity.
SELECT m.id AS message_id, m.id AS sequence, m.account_id, m.conversation_id, c.contact_id, m.inbox_id AS line_id,
  CASE m.message_type WHEN 0 THEN 'inbound' ELSE 'outbound' END AS direction,
  CASE
    WHEN m.message_type = 0 THEN 'contact'
    WHEN m.additional_attributes ->> 'campaign_id' IS NOT NULL THEN 'campaign'
    WHEN m.sender_type IN ('AgentBot', 'Captain::Assistant') THEN 'bot'
    WHEN m.message_type = 3 OR m.content_type = 9 THEN 'system'
    WHEN m.sender_type = 'User' THEN 'agent'
    WHEN a.automation_rule_id IS NOT NULL THEN 'system'
    -- Written in the app of the channel, on the same number.
    WHEN a.external_echo = 'true' THEN 'agent'
  END AS author_kind,
  CASE WHEN m.message_type <> 0 AND m.sender_type = 'User' THEN m.sender_id END AS agent_id,
  m.created_at, m.updated_at,{{if feature "campaign_recipients"}} NULL::timestamp AS sent_at, NULL::timestamp AS delivered_at, NULL::timestamp AS read_at, NULL::timestamp AS failed_at,{{end}}
  -- A call may have its recording attached.
  {{if has "attachments.file_type"}}coalesce(CASE WHEN m.content_type = 12 THEN 'call' END,
    (SELECT CASE f.file_type WHEN 0 THEN 'image' WHEN 1 THEN 'audio' WHEN 2 THEN 'video' WHEN 3 THEN 'document' WHEN 4 THEN 'location' WHEN 8 THEN 'contacts' ELSE 'other' END
     FROM {{table "attachments"}} AS f WHERE f.message_id = m.id ORDER BY f.id LIMIT 1),
    {{else}}({{end}}CASE WHEN m.additional_attributes -> 'template_params' ->> 'name' IS NOT NULL THEN 'template'
      WHEN m.content_type IN (0, 8) THEN 'text' WHEN m.content_type = 11 THEN 'sticker' WHEN m.content_type = 12 THEN 'call'
      WHEN m.content_type BETWEEN 1 AND 10 THEN 'interactive' ELSE 'other' END) AS content_type,
  m.content AS body,
  m.additional_attributes -> 'template_params' ->> 'name' AS template_name,
  m.additional_attributes -> 'template_params' ->> 'language' AS template_language,
  lower(m.additional_attributes -> 'template_params' ->> 'category') AS template_category,
  m.additional_attributes ->> 'campaign_id' AS campaign_id,
  m.source_id AS provider_message_id,
  -- 0 is what a message begins with; a channel that reports statuses gives it an
  -- id when it takes it. What was written elsewhere begins with 1. A call has none.
  CASE WHEN m.message_type <> 0 AND m.content_type <> 12 THEN CASE m.status WHEN 1 THEN CASE WHEN m.sender_type IS NULL AND a.external_echo = 'true' THEN 'sent' ELSE 'delivered' END WHEN 2 THEN 'read' WHEN 3 THEN 'failed'
    ELSE CASE WHEN nullif(btrim(m.source_id, $blanks), '') IS NULL AND i.channel_type IN ('Channel::Whatsapp', 'Channel::TwilioSms', 'Channel::Sms', 'Channel::FacebookPage', 'Channel::Instagram') THEN 'pending' ELSE 'sent' END
  END END AS status,
  -- The code stands in the text.
  NULL::text AS error_code,
  CASE WHEN m.status = 3 THEN a.external_error END AS error_text,
  -- Attributes of e-mails hold the whole e-mail.
  CASE WHEN m.message_type = 0 AND m.content_type <> 8 THEN a.referral IS NOT NULL ELSE false END AS is_referral,
  CASE WHEN m.content_type <> 8 THEN coalesce(a.in_reply_to, a.in_reply_to_external_id) END AS in_reply_to,
  m.content_type = 12 AS is_call
FROM {{table "messages"}} AS m
LEFT JOIN {{table "conversations"}} AS c ON c.id = m.conversation_id
LEFT JOIN {{table "inboxes"}} AS i ON i.id = m.inbox_id
-- Each is looked for only in the rows that a column asks.
CROSS JOIN LATERAL (
  SELECT
  {{template "attribute.sql" "automation_rule_id"}} AS automation_rule_id,
  {{template "attribute.sql" "external_echo"}} AS external_echo,
  {{template "attribute.sql" "external_error"}} AS external_error,
  {{template "attribute.sql" "referral"}} AS referral,
  {{template "attribute.sql" "in_reply_to"}} AS in_reply_to,
  {{template "attribute.sql" "in_reply_to_external_id"}} AS in_reply_to_external_id,
  {{template "attribute.sql" "is_reaction"}} AS is_reaction
) AS a
WHERE m.message_type IN (0, 1, 3) AND NOT m.private
  {{if feature "groups"}}AND (c.group_type = 1) IS NOT TRUE{{end}}
  {{if feature "reactions"}}AND (m.content_type <> 0 OR a.is_reaction IS DISTINCT FROM 'true'){{end}}
  AND m.created_at >= $since AT TIME ZONE 'UTC'
  AND m.created_at < $until AT TIME ZONE 'UTC'
  AND m.account_id = $account::int
  AND c.contact_id IN ($contacts)
  AND m.conversation_id IN ($conversations)
{{- if feature "campaign_recipients"}}
UNION ALL
-- Campaigns that write no messages keep a row for each who was sent one.
SELECT -r.id::int, -r.id::int, r.account_id::int, NULL::int, r.contact_id, r.inbox_id::int,
  'outbound', 'campaign', NULL::bigint, coalesce(r.sent_at, r.failed_at, r.created_at), r.updated_at, r.sent_at, r.delivered_at, r.read_at, r.failed_at,
  'template', r.message_content,
  {{if feature "campaign_templates"}}p.template_params ->> 'name', p.template_params ->> 'language', lower(p.template_params ->> 'category'){{else}}NULL, NULL, NULL{{end}},
  r.campaign_id::text, r.source_id,
  CASE r.status WHEN 0 THEN 'queued' WHEN 2 THEN 'sent' WHEN 3 THEN 'delivered' WHEN 4 THEN 'read' WHEN 5 THEN 'failed' END,
  r.error_code, coalesce(r.error_message, r.error_title), false, NULL, false
FROM {{table "campaign_recipients"}} AS r
LEFT JOIN {{table "campaigns"}} AS p ON p.id = r.campaign_id
WHERE r.status <> 1{{if feature "campaign_messages"}} AND NOT EXISTS (SELECT FROM {{table "messages"}} AS w WHERE w.source_id = r.source_id AND w.inbox_id = r.inbox_id){{end}}
  -- A range of what has no statistics would be taken for one row in two hundred.
  AND (coalesce(r.sent_at, r.failed_at, r.created_at) >= $since AT TIME ZONE 'UTC') IS TRUE
  AND (coalesce(r.sent_at, r.failed_at, r.created_at) < $until AT TIME ZONE 'UTC') IS TRUE
  AND r.account_id = $account::int
  AND r.contact_id IN ($contacts)
  AND NULL::int IN ($conversations)
{{- end}}
