-- What people wrote to each other, and what programs wrote for the business.
-- Groups, channels and broadcasts are nobody's talk with it; reactions, edits and
-- votes are no messages; what was delivered twice is one.
SELECT m."id" AS message_id, i."clientName" AS account_id, p.jid AS contact_id, m."instanceId" AS line_id,
  CASE WHEN k.own THEN 'outbound' ELSE 'inbound' END AS direction,
  -- A phone and a desktop give their messages ids of their own. What comes by the
  -- API looks as if written on WhatsApp Web, and may be anybody's.
  CASE
    WHEN NOT k.own THEN 'contact'
    {{if feature "bot_sessions"}}WHEN m."sessionId" IS NOT NULL THEN 'bot'{{end}}
    WHEN m."source"::text IN ('ios', 'android', 'desktop') THEN 'agent'
  END AS author_kind,
  to_timestamp(m."messageTimestamp") AS created_at,
  CASE
    WHEN t.name IS NOT NULL THEN 'template'
    WHEN c.kind IN ('conversation', 'extendedTextMessage') THEN 'text'
    WHEN c.kind IN ('imageMessage', 'audioMessage', 'videoMessage', 'documentMessage', 'stickerMessage', 'locationMessage') THEN left(c.kind, -7)
    WHEN c.kind = 'ptvMessage' THEN 'video'
    WHEN c.kind = 'liveLocationMessage' THEN 'location'
    WHEN c.kind IN ('contactMessage', 'contactsArrayMessage') THEN 'contacts'
    WHEN c.kind IN ('buttonsResponseMessage', 'templateButtonReplyMessage') OR c.kind = 'buttonMessage' AND NOT k.own THEN 'button'
    WHEN c.kind IN ('listResponseMessage', 'interactiveResponseMessage', 'interactiveMessage', 'buttonMessage', 'buttonsMessage', 'listMessage', 'templateMessage')
      OR c.kind LIKE 'pollCreationMessage%' THEN 'interactive'
    ELSE 'other'
  END AS content_type,
  coalesce(c.content ->> 'conversation', c.content #>> '{extendedTextMessage,text}', c.content ->> 'speechToText',
    c.part ->> 'caption', c.part ->> 'contentText', c.part ->> 'selectedDisplayText',
    c.part #>> '{hydratedTemplate,hydratedContentText}', c.part #>> '{hydratedFourRowTemplate,hydratedContentText}', c.part #>> '{body,text}',
    c.part ->> 'title', c.part ->> 'name', c.part ->> 'displayName', c.part ->> 'fileName', c.part ->> 'address') AS body,
  t.name AS template_name,
  {{if has "Template.template" -}}
  CASE WHEN t.name IS NOT NULL THEN
    (SELECT lower(a."template" ->> 'category') FROM {{table "Template"}} AS a WHERE a."name" = t.name AND a."instanceId" = m."instanceId")
  END AS template_category,
  {{- end}}
  m."key" ->> 'id' AS provider_message_id,
  {{if has "MessageUpdate.status"}}{{if feature "updates" -}}
  CASE WHEN k.own THEN (ARRAY['pending', 'sent', 'sent', 'failed', 'failed', 'delivered', 'delivered', 'read', 'read'])[u.reached] END AS status,
  {{- end}}{{end}}
  CASE
    WHEN k.own THEN false
    ELSE coalesce(m."contextInfo" #>> '{externalAdReply,sourceType}' IN ('ad', 'post'), false) OR m."contextInfo" #>> '{externalAdReply,ctwaClid}' IS NOT NULL
  END AS is_referral,
  CASE WHEN NOT k.own THEN
    CASE c.kind
      WHEN 'buttonsResponseMessage' THEN c.part ->> 'selectedButtonId'
      WHEN 'templateButtonReplyMessage' THEN c.part ->> 'selectedId'
      WHEN 'listResponseMessage' THEN c.part #>> '{singleSelectReply,selectedRowId}'
      WHEN 'interactiveResponseMessage' THEN substring(c.part #>> '{nativeFlowResponseMessage,paramsJson}' FROM '"id"\s*:\s*"([^"]*)"')
      -- Of clicks that the Cloud API brings, the title alone is kept.
      WHEN 'buttonMessage' THEN c.content ->> 'conversation'
      WHEN 'interactiveMessage' THEN c.content ->> 'conversation'
    END
  END AS button_payload,
  m."contextInfo" ->> 'stanzaId' AS in_reply_to,
  -- WhatsApp charges for the Cloud API alone, by what was delivered.
  {{- if not (feature "updates")}}{{unknown "price_usd"}}{{end}}
  CASE WHEN k.own AND coalesce(i."integration", 'WHATSAPP-BAILEYS') = 'WHATSAPP-BAILEYS' THEN 0 END AS price_usd
FROM {{table "Message"}} AS m
LEFT JOIN {{table "Instance"}} AS i ON i."id" = m."instanceId"
-- What was stored twice: the first that counts stands for all of them, and what became
-- of any of them became of it.
LEFT JOIN (
  SELECT d."instanceId", d."messageTimestamp", d."key" ->> 'id' AS key, min(d."id") FILTER (WHERE {{template "counted.sql" "d"}}) AS first, array_agg(d."id") AS ids
  FROM {{table "Message"}} AS d
  WHERE true
    AND d."messageTimestamp" >= ceil(extract(epoch FROM $since))::bigint
    AND d."messageTimestamp" < ceil(extract(epoch FROM $until))::bigint
  GROUP BY d."instanceId", d."messageTimestamp", d."key" ->> 'id'
  HAVING count(*) > 1
) AS twins ON twins."instanceId" = m."instanceId" AND twins."messageTimestamp" = m."messageTimestamp" AND twins.key = m."key" ->> 'id'
-- A contact's number may stand beside another address, the LID.
CROSS JOIN LATERAL (
  SELECT coalesce((m."key" ->> 'fromMe')::boolean, false) AS own, nullif(m."key" ->> 'remoteJid', '') AS jid,
    CASE WHEN m."key" ->> 'remoteJid' LIKE '%@lid' THEN
      substring(coalesce(m."key" ->> 'remoteJidAlt', CASE WHEN m."key" ->> 'fromMe' = 'false' THEN m."key" ->> 'senderPn' END) FROM '^(\d+)(?::\d+)?@s\.whatsapp\.net$') || '@s.whatsapp.net'
    END AS beside
) AS k
{{- if feature "lids"}}
LEFT JOIN ({{template "lids.sql"}}) AS w ON w.lid = k.jid AND k.beside IS NULL
{{- end}}
CROSS JOIN LATERAL (SELECT coalesce(k.beside, {{if feature "lids"}}w.jid, {{end}}k.jid) AS jid) AS p
-- A message may come wrapped into another, or be told as a text by what it isn't.
CROSS JOIN LATERAL (
  SELECT CASE WHEN m."messageType" IN ('ephemeralMessage', 'viewOnceMessage', 'viewOnceMessageV2', 'viewOnceMessageV2Extension', 'lottieStickerMessage') THEN m."message" #> ARRAY[m."messageType"::text, 'message'] END AS content
) AS wrapped
CROSS JOIN LATERAL (
  SELECT coalesce(wrapped.content, m."message") AS content,
    CASE WHEN wrapped.content IS NULL AND (m."messageType" <> 'conversation' OR m."message" ? 'conversation') THEN m."messageType"::text
      ELSE (SELECT e.kind FROM jsonb_each(CASE WHEN jsonb_typeof(coalesce(wrapped.content, m."message")) = 'object' THEN coalesce(wrapped.content, m."message") END) AS e (kind, value) WHERE e.kind LIKE '%Message' OR e.kind = 'conversation' LIMIT 1)
    END AS kind
) AS inside
CROSS JOIN LATERAL (SELECT inside.content, inside.kind, inside.content -> inside.kind AS part) AS c
-- Of a template that is sent, this is all that is kept.
CROSS JOIN LATERAL (
  SELECT CASE WHEN k.own AND i."integration" = 'WHATSAPP-BUSINESS' AND m."messageType" = 'conversation' THEN substring(m."message" ->> 'conversation' FROM '^▶️(.+)◀️$') END AS name
) AS t
{{- if feature "updates"}}
-- The furthest status, whatever came last. The one of the message itself is kept
-- up for inbound ones; of others it is what they began with.
LEFT JOIN LATERAL (
  SELECT greatest(max(array_position({{template "ranks.sql"}}, s."status"::text)){{if has "Message.status"}}, array_position({{template "ranks.sql"}}, m."status"::text){{end}}) AS reached
  FROM {{table "MessageUpdate"}} AS s
  WHERE k.own AND s."messageId" = ANY (coalesce(twins.ids, ARRAY[m."id"]))
) AS u ON true
{{- end}}
WHERE {{template "counted.sql" "m"}}
  AND (twins.first < m."id") IS NOT TRUE
  AND m."messageTimestamp" >= ceil(extract(epoch FROM $since))::bigint
  AND m."messageTimestamp" < ceil(extract(epoch FROM $until))::bigint
  AND i."{{.Account}}" = $account
