-- What people wrote to each other, and what programs wrote for the business. Groups,
-- channels, broadcasts, WhatsApp's announcements and notes to oneself are nobody's
-- talk with it; reactions, edits and votes are no messages; what was stored more than
-- once is one, at its first time.
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
    WHEN c.kind IN ('callLogMesssage', 'callLogMessage', 'bcallMessage', 'call') THEN 'call'
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
  {{known `m."key" ->> 'id'`}} AS provider_message_id,
  {{if feature "statuses" -}}
  CASE WHEN k.own THEN (ARRAY['pending', 'sent', 'sent', 'failed', 'failed', 'delivered', 'delivered', 'read', 'read'])[u.reached] END AS status,
  {{- else}}{{if has "MessageUpdate.status"}}{{end}}{{end}}
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
  {{- if not (feature "statuses")}}{{if not (feature "phones only")}}{{unknown "price_usd"}}{{end}}{{end}}
  CASE WHEN k.own AND coalesce(i."integration", 'WHATSAPP-BAILEYS') = 'WHATSAPP-BAILEYS' THEN 0 END AS price_usd,
  coalesce(c.kind IN ('callLogMesssage', 'callLogMessage', 'bcallMessage', 'call'), false) AS is_call
FROM {{table "Message"}} AS m
LEFT JOIN (
  SELECT i."id", i."name", {{known `i."clientName"`}} AS "clientName", i."integration", substring(i."ownerJid" FROM '^\d+') || '@s.whatsapp.net' AS owner,
    nullif(regexp_replace(i."number", '\D', '', 'g'), '') || '@s.whatsapp.net' AS number
  FROM {{table "Instance"}} AS i
  OFFSET 0 -- or each would be computed for each message
) AS i ON i."id" = m."instanceId"
-- What was stored more than once, and what became of any of its rows.
LEFT JOIN (
{{template "copies.sql"}}
) AS copies ON copies.id = m."id"
-- A contact's number may stand beside another address, the LID.
CROSS JOIN LATERAL (
  SELECT {{template "own.sql" "m"}} AS own, {{known `m."key" ->> 'remoteJid'`}} AS raw, {{template "number.sql" "m"}} AS beside
  OFFSET 0 -- or each would be computed for each place that reads it
) AS k
CROSS JOIN LATERAL (SELECT {{template "jid.sql" "k.raw"}} AS jid) AS a
CROSS JOIN LATERAL (SELECT coalesce(k.beside, {{if feature "lids"}}{{template "number_of_lid.sql" (shared "numbers_of_lids")}}, {{end}}copies.jid, a.jid) AS jid OFFSET 0) AS p
-- A message may come in wrappers, one inside the other, or as a text that is none.
CROSS JOIN LATERAL (
  SELECT CASE WHEN m."messageType" NOT IN ('conversation', 'extendedTextMessage', 'imageMessage', 'audioMessage', 'videoMessage', 'documentMessage', 'stickerMessage', 'locationMessage', 'contactMessage')
    THEN jsonb_path_query_first(m."message", '$.*.message ? (@.type() == "object")') END AS content
) AS w1
CROSS JOIN LATERAL (SELECT jsonb_path_query_first(w1.content, '$.*.message ? (@.type() == "object")') AS content) AS w2
CROSS JOIN LATERAL (SELECT jsonb_path_query_first(w2.content, '$.*.message ? (@.type() == "object")') AS content) AS w3
CROSS JOIN LATERAL (SELECT jsonb_path_query_first(w3.content, '$.*.message ? (@.type() == "object")') AS content) AS w4
CROSS JOIN LATERAL (
  SELECT coalesce(w4.content, w3.content, w2.content, w1.content, m."message") AS content,
    w1.content IS NULL AND m."messageType" <> 'messageContextInfo' AND (m."messageType" <> 'conversation' OR m."message" ? 'conversation') AS plain
) AS inside
CROSS JOIN LATERAL (
  SELECT inside.content, CASE WHEN inside.plain THEN m."messageType"::text
    ELSE (SELECT e.kind FROM jsonb_object_keys(CASE WHEN jsonb_typeof(inside.content) = 'object' THEN inside.content END) AS e (kind)
      WHERE e.kind LIKE '%Message%' AND e.kind <> 'senderKeyDistributionMessage' OR e.kind = 'conversation' LIMIT 1)
    END AS kind
) AS named
CROSS JOIN LATERAL (SELECT named.content, named.kind, named.content -> named.kind AS part OFFSET 0) AS c
-- Of a template that is sent, this is all that is kept.
CROSS JOIN LATERAL (
  SELECT CASE WHEN k.own AND i."integration" = 'WHATSAPP-BUSINESS' AND m."messageType" = 'conversation' THEN substring(m."message" ->> 'conversation' FROM '^▶️(.+)◀️$') END AS name OFFSET 0
) AS t
{{- if feature "updates"}}
-- The furthest status, whatever came last. The one of the message itself is kept
-- up for inbound ones and where no updates are kept; else it is what it began with.
LEFT JOIN LATERAL (
  SELECT greatest(max(array_position({{template "ranks.sql"}}, upper(btrim(s."status"::text) COLLATE "C"))){{if has "Message.status"}}, array_position({{template "ranks.sql"}}, upper(btrim(m."status"::text) COLLATE "C")), copies.reached{{end}}) AS reached
  FROM {{table "MessageUpdate"}} AS s
  WHERE k.own AND s."messageId" = ANY (coalesce(copies.ids, ARRAY[m."id"]))
) AS u ON true
{{- else if feature "statuses"}}
CROSS JOIN LATERAL (SELECT greatest(array_position({{template "ranks.sql"}}, upper(btrim(m."status"::text) COLLATE "C")), copies.reached) AS reached) AS u
{{- end}}
WHERE {{template "counted.sql" "m"}}
  AND (c.kind IN {{template "none.sql"}}) IS NOT TRUE
  -- Of IS NOT TRUE, PostgreSQL would expect that no row is left.
  AND k.own IS NOT NULL AND CASE WHEN copies.first <> m."id" THEN false ELSE true END
  AND coalesce({{template "person.sql" "p.jid"}}, true) AND (p.jid = i.owner) IS NOT TRUE AND (p.jid = i.number) IS NOT TRUE
  AND m."messageTimestamp" >= ceil(extract(epoch FROM $since AT TIME ZONE 'UTC'))::bigint
  AND m."messageTimestamp" < ceil(extract(epoch FROM $until AT TIME ZONE 'UTC'))::bigint
  AND {{template "of_contacts.sql" "m"}}
  AND i."{{.Account}}" = $account
