-- What contacts wrote: notices of the system, a chat that was merely opened, reactions
-- and changes of an earlier message are no messages, nor is what stands in a group.
{{- unknown "status.pending"}}
SELECT i.message_id, i.account_id, {{.Contact "i.user_id" "i.wa_id" "i.account_id" (shared "user_ids")}} AS contact_id, i.line_id,
  'inbound' AS direction, 'contact' AS author_kind, i.created_at, i.content_type, i.body,
  NULL AS template_category, NULL AS correlation_id, i.message_id AS provider_message_id, NULL AS status,
  NULL::timestamptz AS sent_at, NULL::timestamptz AS delivered_at, NULL::timestamptz AS read_at, NULL::timestamptz AS failed_at, NULL AS error_code, NULL AS error_text,
  i.is_referral, i.button_payload, i.in_reply_to, NULL::numeric AS price_usd,
  NULL::boolean AS billable, NULL AS pricing_type, NULL AS pricing_model, NULL AS pricing_category, i.updated_at, i.is_call
FROM (
  -- The same webhook may come twice. What is read of it is taken out of it before it
  -- is sorted: that is what the offset is for.
  SELECT m.message_id, min({{known "m.account_id"}}) AS account_id, min({{known "m.line_id"}}) AS line_id, min(m.user_id) AS user_id, min(m.wa_id) AS wa_id,
    min(m.at) AS created_at, min(m.content_type) AS content_type, min(m.body) AS body, bool_or(m.is_referral) AS is_referral,
    min(m.button_payload) AS button_payload, min(m.in_reply_to) AS in_reply_to, min(m.received_at) AS updated_at, bool_or(m.is_call) AS is_call
  FROM (
    SELECT x.received_at, x.account_id, x.v #>> '{metadata,phone_number_id}' AS line_id, x.m ->> 'id' AS message_id, hashtextextended(x.m ->> 'id', 0) AS key,
      coalesce({{.User "x.m"}}, CASE WHEN x.one OR coalesce(x.v #>> '{contacts,0,wa_id}' = x.m ->> 'from', true) THEN {{known "x.v #>> '{contacts,0,user_id}'"}} END) AS user_id,
      coalesce(CASE WHEN x.one THEN {{known "x.v #>> '{contacts,0,wa_id}'"}} END, CASE WHEN x.is_call THEN {{known "x.m ->> 'from'"}} ELSE {{.Number "x.m"}} END, {{known "x.v #>> '{contacts,0,wa_id}'"}}) AS wa_id,
      {{.Instant "x.m"}} AS at,
      CASE WHEN x.is_call THEN 'call' ELSE lower(x.m ->> 'type') END AS content_type, x.is_call,
      {{.Body "x.m"}} AS body,
      jsonb_typeof(x.m -> 'referral') IS NOT DISTINCT FROM 'object' AS is_referral,
      coalesce(x.m #>> '{button,payload}', x.m #>> '{interactive,button_reply,id}', x.m #>> '{interactive,list_reply,id}') AS button_payload,
      x.m #>> '{context,id}' AS in_reply_to
    FROM (
      SELECT c.received_at, c.account_id, c.v, c.v -> 'messages' IS NULL AND c.v -> 'calls' IS NOT NULL AS is_call,
        CASE WHEN c.v -> 'messages' IS NULL THEN {{.One "c.v" "calls" "from"}} ELSE {{.One "c.v" "messages" "from"}} END AS one,
        jsonb_path_query(coalesce(c.v -> 'messages', c.v -> 'calls'), '$[*]') AS m
      FROM (
        SELECT b.received_at, b.e ->> 'id' AS account_id, jsonb_path_query(b.e, '{{.Changes}}') AS v
        FROM (
          SELECT {{.ReceivedAt}} AS received_at, jsonb_path_query({{.Payload}}, '$.entry[*]') AS e
          FROM {{table .Table}} AS w
          WHERE true
            AND {{.ReceivedAt}} >= {{.Moment "$since - interval '1 day'"}}
            AND {{.ReceivedAt}} < {{.Moment "$until + interval '8 days'"}}
        ) AS b
        WHERE true
          AND b.e ->> 'id' = $account
      ) AS c
    ) AS x
    WHERE CASE WHEN x.is_call THEN upper(x.m ->> 'direction') = 'USER_INITIATED' ELSE {{.IsMessage "x.m"}} AND ({{.Noted "x.v" "x.m" "from"}}) IS NOT TRUE END
    OFFSET 0
  ) AS m
  WHERE {{visible "m.message_id"}} AND {{.Possible "m.at"}}
    AND (m.at >= $since) IS TRUE
    AND (m.at < $until) IS TRUE
  GROUP BY m.key, m.message_id
) AS i
UNION ALL
-- What the business wrote is known by its statuses alone: one row for a message,
-- with the first time of each status. A message begins with the earliest of them,
-- and the platform delivers it within 30 days or not at all, which bounds the rows
-- to read. Only reading may come later, and is left out then; by itself it does not
-- tell when its message was sent. What somebody wrote in the WhatsApp Business app
-- on the same number comes whole, as an echo, and costs nothing.
SELECT o.message_id, o.account_id, {{.Contact "o.user_id" "o.wa_id" "o.account_id" (shared "user_ids")}}, o.line_id,
  'outbound', CASE WHEN o.by_hand THEN 'agent' END, o.created_at, CASE WHEN o.category IS NOT NULL THEN 'template' ELSE o.content_type END, o.body,
  o.category, o.correlation_id, o.message_id,
  CASE WHEN o.read_at < o.created_at + interval '30 days' THEN 'read' WHEN o.delivered_at IS NOT NULL THEN 'delivered' WHEN o.failed_at IS NOT NULL THEN 'failed' ELSE 'sent' END,
  o.sent_at, o.delivered_at, CASE WHEN o.read_at < o.created_at + interval '30 days' THEN o.read_at END, o.failed_at, o.error_code, o.error_text,
  false, NULL, NULL, CASE WHEN o.by_hand OR NOT o.billable THEN 0 END,
  o.billable, o.pricing_type, o.pricing_model, o.pricing_category, o.updated_at, false
FROM (
  SELECT s.message_id, min({{known "s.account_id"}}) AS account_id, min({{known "s.line_id"}}) AS line_id, min(s.user_id) AS user_id, min(s.wa_id) AS wa_id,
    min(s.at) FILTER (WHERE s.status NOT IN ('read', 'played')) AS created_at,
    min(s.at) FILTER (WHERE s.status = 'sent') AS sent_at, min(s.at) FILTER (WHERE s.status = 'delivered') AS delivered_at,
    min(s.at) FILTER (WHERE s.status IN ('read', 'played')) AS read_at, min(s.at) FILTER (WHERE s.status = 'failed') AS failed_at,
    min(s.category) AS category, min(s.correlation_id) AS correlation_id, min(s.error_code) AS error_code, min(s.error_text) AS error_text,
    bool_or(s.billable) AS billable, min(s.pricing_type) AS pricing_type, min(s.pricing_model) AS pricing_model,
    -- A charge without a category is of one that nobody knows.
    coalesce(min(s.pricing_category), CASE WHEN bool_or(s.billable) OR min(s.pricing_type) = 'regular' THEN 'unknown' END) AS pricing_category, bool_or(s.echo) AS by_hand, min(s.content_type) AS content_type, min(s.body) AS body, max(s.received_at) AS updated_at
  FROM (
    SELECT x.received_at, x.account_id, x.v #>> '{metadata,phone_number_id}' AS line_id, x.s ->> 'id' AS message_id, hashtextextended(x.s ->> 'id', 0) AS key,
      CASE WHEN x.echo THEN 'sent' ELSE {{.Status "x.s"}} END AS status,
      coalesce({{.User "x.s"}}, CASE WHEN x.echo OR x.one OR coalesce(x.v #>> '{contacts,0,wa_id}' = x.s ->> 'recipient_id', true) THEN {{known "x.v #>> '{contacts,0,user_id}'"}} END) AS user_id,
      coalesce(CASE WHEN x.one AND NOT x.echo THEN {{known "x.v #>> '{contacts,0,wa_id}'"}} END, {{.Number "x.s"}}, {{known "x.v #>> '{contacts,0,wa_id}'"}}) AS wa_id,
      {{.Instant "x.s"}} AS at,
      -- What is written freely is billed as service.
      CASE WHEN {{.Pricing "x.s"}} IN ({{.TemplateCategories}}) THEN {{.Pricing "x.s"}} END AS category,
      {{.Pricing "x.s"}} AS pricing_category, lower(x.s #>> '{pricing,type}') AS pricing_type, upper(x.s #>> '{pricing,pricing_model}') AS pricing_model,
      -- Newer versions tell by the type alone what is free.
      CASE WHEN x.s #>> '{pricing,type}' ILIKE 'free%' THEN false ELSE x.s #>> '{pricing,billable}' = 'true' END AS billable,
      x.s ->> 'biz_opaque_callback_data' AS correlation_id,
      x.s #>> '{errors,0,code}' AS error_code,
      nullif(concat_ws(': ', coalesce(x.s #>> '{errors,0,title}', x.s #>> '{errors,0,message}'), x.s #>> '{errors,0,error_data,details}'), '') AS error_text,
      x.echo, CASE WHEN x.echo THEN lower(x.s ->> 'type') END AS content_type, CASE WHEN x.echo THEN {{.Body "x.s"}} END AS body
    FROM (
      SELECT c.received_at, c.account_id, c.v, c.v -> 'statuses' IS NULL AS echo, {{.One "c.v" "statuses" "recipient_id"}} AS one, jsonb_path_query(coalesce(c.v -> 'statuses', c.v -> 'message_echoes'), '$[*]') AS s
      FROM (
        SELECT b.received_at, b.e ->> 'id' AS account_id, jsonb_path_query(b.e, '{{.Statuses}}') AS v
        FROM (
          SELECT {{.ReceivedAt}} AS received_at, jsonb_path_query({{.Payload}}, '$.entry[*]') AS e
          FROM {{table .Table}} AS w
          WHERE true
            AND {{.ReceivedAt}} >= {{.Moment "$since - interval '31 days'"}}
            AND {{.ReceivedAt}} < {{.Moment "$until + interval '38 days'"}}
        ) AS b
        WHERE true
          AND b.e ->> 'id' = $account
      ) AS c
    ) AS x
    -- Calls and payments have statuses too.
    WHERE CASE WHEN x.echo THEN {{.IsMessage "x.s"}} AND ({{.Noted "x.v" "x.s" "to"}}) IS NOT TRUE
      ELSE {{.Status "x.s"}} IN ('sent', 'delivered', 'read', 'played', 'failed')
        AND coalesce(lower(x.s ->> 'type'), 'message') = 'message' AND x.s ->> 'recipient_type' IS DISTINCT FROM 'group' AND ({{.Noted "x.v" "x.s" "recipient_id"}}) IS NOT TRUE END
    OFFSET 0
  ) AS s
  WHERE {{visible "s.message_id"}} AND {{.Possible "s.at"}}
  GROUP BY s.key, s.message_id
) AS o
WHERE o.created_at IS NOT NULL
  AND (o.created_at >= $since) IS TRUE
  AND (o.created_at < $until) IS TRUE
