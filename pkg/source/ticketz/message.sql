-- What stands in tickets of one contact, without reactions, votes, pins and the
-- notices of WhatsApp itself. Some versions keep a reaction as a text of a few
-- characters, and what it is only in the raw message. A message that quotes
-- one of another ticket brings a copy of that along, under its id and this ticket's:
-- it was not sent again.
SELECT m."ticketId" || ':' || m.id AS message_id, m."companyId" AS account_id, m."ticketId" AS conversation_id, t."contactId" AS contact_id, t."whatsappId" AS line_id,
  CASE WHEN m."fromMe" THEN 'outbound' ELSE 'inbound' END AS direction,
  -- Newer versions keep who wrote. Else, while an agent has accepted the ticket, it is
  -- an agent's.
  -- Older versions begin what they write themselves with an invisible character,
  -- and what a campaign sends with another.
  CASE WHEN NOT m."fromMe" THEN 'contact'
    WHEN left(m.body, 1) = chr(8204) THEN 'campaign'
    WHEN left(m.body, 1) = chr(8206) THEN 'bot'
    {{if feature "writers"}}WHEN m."userId" IS NOT NULL THEN 'agent'{{end}}
    {{if feature "rounds" -}}
    WHEN a.starts[1] <= m."createdAt" AND (a.ends[width_bucket(m."createdAt", a.starts)] > m."createdAt" OR a.ends[width_bucket(m."createdAt", a.starts)] IS NULL) THEN 'agent'
    {{- end}}
  END AS author_kind,
  {{if feature "writers"}}CASE WHEN m."fromMe" THEN m."userId" END AS agent_id,{{end}}
  m."createdAt" AS created_at, m."updatedAt" AS updated_at,
  CASE
    WHEN m."mediaType" IN ('image', 'imageMessage') THEN 'image'
    WHEN m."mediaType" IN ('audio', 'audioMessage', 'voiceMessage') THEN 'audio'
    WHEN m."mediaType" IN ('video', 'videoMessage') THEN 'video'
    WHEN m."mediaType" IN ('application', 'documentMessage', 'documentWithCaptionMessage') OR m."mediaType" = 'text' AND m."mediaUrl" <> '' THEN 'document'
    WHEN m."mediaType" = 'stickerMessage' THEN 'sticker'
    WHEN m."mediaType" IN ('locationMessage', 'liveLocationMessage') THEN 'location'
    WHEN m."mediaType" IN ('contactMessage', 'contactsArrayMessage', 'vcard') THEN 'contacts'
    WHEN m."mediaType" IN ('buttonsMessage', 'buttonsResponseMessage', 'templateButtonReplyMessage', 'listMessage', 'listResponseMessage', 'templateMessage') THEN 'interactive'
    WHEN lower(m."mediaType") = 'call_log' THEN 'call'
    WHEN coalesce(m."mediaType", '') IN ('', 'text', 'conversation', 'extendedTextMessage', 'messageContextInfo', 'ephemeralMessage', 'editedMessage') THEN 'text'
    ELSE 'other'
  END AS content_type,
  m.body,
  {{if feature "campaigns"}}NULL::text AS campaign_id,{{end}}
  m.id AS provider_message_id,
  -- Other channels write one constant.
  CASE WHEN m."fromMe"{{if has "Messages.channel"}} AND coalesce(nullif(m.channel, ''), 'whatsapp') = 'whatsapp'{{end}} THEN CASE m.ack
    WHEN -1 THEN 'failed' WHEN 1 THEN 'pending' WHEN 2 THEN 'sent' WHEN 3 THEN 'delivered' WHEN 4 THEN 'read' WHEN 5 THEN 'played'
    -- 0 is WhatsApp's word for an error. Ticketz has not written it so since the end
    -- of 2024: there it is what nothing was heard of.
    WHEN 0 THEN {{if feature "ticketz"}}CASE WHEN m."createdAt" < '2024-12-22' THEN 'failed' END{{else}}'failed'{{end}}
  END END AS status,
  {{if has "Messages.error" -}}
  CASE WHEN m."fromMe" AND m.ack = -1 THEN m.error ->> 'code' END AS error_code,
  CASE WHEN m."fromMe" AND m.ack = -1 THEN m.error ->> 'message' END AS error_text,
  {{- end}}
  regexp_replace(m."quotedMsgId", '-' || m."ticketId" || '$', '') AS in_reply_to,
  -- WhatsApp charges nobody on WhatsApp Web.
  CASE WHEN m."fromMe" THEN 0 END AS price_usd,
  coalesce(lower(m."mediaType") = 'call_log', false) AS is_call
FROM {{table "Messages"}} AS m
JOIN {{table "Tickets"}} AS t ON t.id = m."ticketId"
{{- if has "TicketTraking.startedAt"}}
LEFT JOIN (
  SELECT k."ticketId", array_agg(k."startedAt" ORDER BY k."startedAt", k."finishedAt") AS starts, array_agg(k."finishedAt" ORDER BY k."startedAt", k."finishedAt") AS ends
  FROM {{table "TicketTraking"}} AS k
  WHERE k."startedAt" IS NOT NULL
    AND k."ticketId" IN ($conversations)
  GROUP BY k."ticketId"
) AS a ON a."ticketId" = m."ticketId"
{{- end}}
WHERE t."isGroup" IS NOT TRUE AND m.id NOT LIKE '%-' || m."ticketId"
  AND coalesce(m."mediaType", '') NOT IN ('reactionMessage', 'encReactionMessage', 'reaction', 'pollUpdateMessage', 'encEventResponseMessage', 'pinInChatMessage', 'keepInChatMessage',
    'protocolMessage', 'senderKeyDistributionMessage', 'deviceSentMessage', 'protocol', 'revoked', 'e2e_notification', 'notification', 'notification_template', 'gp2')
  {{if feature "raw messages"}}AND (m."mediaType" <> '' OR octet_length(m.body) > 40 OR m."dataJson" IS NULL OR m."dataJson" NOT LIKE '%"reactionMessage":{%'){{end}}
  AND m."createdAt" >= $since
  AND m."createdAt" < $until
  AND m."companyId" = $account::int
  AND t."contactId" IN ($contacts)
  AND m."ticketId" IN ($conversations)
{{- if has "CampaignShipping.deliveredAt"}}
UNION ALL
-- What campaigns send stands in no ticket. Only that it was sent is known, and the
-- contact where it is one of the address book. Older versions, which mark what
-- campaigns send, keep it as messages too.
SELECT 'campaign:' || r.id || s.part, p."companyId", NULL::int, coalesce(c.id, -r."contactId"), p."whatsappId",
  'outbound', 'campaign', {{if feature "writers"}}NULL::int, {{end}}s.at, r."updatedAt", 'text', s.body, p.id::text, NULL, NULL, {{if feature "errors"}}NULL, NULL, {{end}}NULL, 0, false
FROM {{table "CampaignShipping"}} AS r
JOIN {{table "Campaigns"}} AS p ON p.id = r."campaignId"
LEFT JOIN (
  SELECT c.number, c."companyId", min(c.id) AS id
  FROM {{table "Contacts"}} AS c
  WHERE c."isGroup" IS NOT TRUE
    AND c."companyId" = $account::int
  GROUP BY c.number, c."companyId"
) AS c ON c.number = r.number AND c."companyId" = p."companyId"
CROSS JOIN LATERAL (VALUES ('', r."deliveredAt", r.message), (':confirmation', r."confirmationRequestedAt", r."confirmationMessage")) AS s(part, at, body)
WHERE s.at IS NOT NULL AND left(s.body, 1) IS DISTINCT FROM chr(8204)
  -- A range of what has no statistics would be taken for one row in two hundred.
  AND (s.at >= $since) IS TRUE
  AND (s.at < $until) IS TRUE
  AND p."companyId" = $account::int
  AND coalesce(c.id, -r."contactId") IN ($contacts)
  AND NULL::int IN ($conversations)
{{- end}}
