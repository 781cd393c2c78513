WITH recent AS (
  SELECT t.*,
    max(CASE WHEN outbound THEN g END) OVER (PARTITION BY contact_id COLLATE "C", line_id COLLATE "C", account_id COLLATE "C" ORDER BY created_at, sequence, outbound, message_id COLLATE "C" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last_outbound,
    max(CASE WHEN opens AND (last_at IS NULL OR last_at <= created_at - interval '24 hours' AND (last_entry_at IS NULL OR last_entry_at <= created_at - interval '96 hours')) THEN g END) OVER so_far AS island,
    max(CASE WHEN opens AND (last_at IS NULL OR last_at <= created_at - interval '24 hours' AND (last_entry_at IS NULL OR last_entry_at <= created_at - interval '96 hours')) THEN created_at END) OVER so_far AS island_at,
    CASE WHEN outbound THEN CASE WHEN contact_id IS NOT NULL AND last_inbound_at > created_at - interval '24 hours' THEN 'open' ELSE 'closed' END END AS in_window
  FROM (
    SELECT o.*,
      row_number() OVER (ORDER BY contact_id COLLATE "C", line_id COLLATE "C", account_id COLLATE "C", created_at, sequence, outbound, message_id COLLATE "C") + 0 AS g,
      max(CASE WHEN opens THEN created_at END) OVER earlier AS last_at,
      max(CASE WHEN NOT outbound THEN created_at END) OVER earlier AS last_inbound_at,
      max(CASE WHEN is_entry THEN created_at END) OVER earlier AS last_entry_at
    FROM (
      SELECT r.*,
        r.contact_id IS NOT NULL AND r.stage IS DISTINCT FROM 'failed' AND NOT r.is_call AS opens,
        coalesce(r.stage IN ('sent', 'delivered', 'read'), false) AS is_sent,
        coalesce(r.stage IN ('delivered', 'read'), false) AS is_delivered,
        coalesce(r.stage = 'failed', false) AS is_failed,
        NOT r.outbound AND NOT r.is_call AND coalesce(r.is_referral AND r.channel = 'whatsapp', false) AS is_entry,
        (r.template_name IS NOT NULL OR coalesce(translate(lower(btrim(r.template_category, E' \t\r\n')), ' -', '__') IN ('marketing', 'marketing_lite', 'utility', 'authentication', 'authentication_international', 'transactional', 'otp'), false)) AS is_template,
        r.campaign_id IS NOT NULL OR r.author_kind IS NOT DISTINCT FROM 'campaign' AS is_campaign
      FROM (
        SELECT r.account_id, r.agent_id, r.author_kind, r.body, r.button_payload, r.campaign_id, r.contact_id, r.content_type, r.created_at, r.in_reply_to, r.is_referral, r.line_id, r.message_id, r.origin, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, l.channel
        FROM (
          SELECT m.account_id, m.agent_id, m.author_kind, m.body, m.button_payload, m.campaign_id, m.contact_id, m.content_type, m.created_at, m.in_reply_to, m.is_referral, m.line_id, m.message_id, m.origin, m.sequence, m.template_category, m.template_name, 
            m.direction = 'outbound' AS outbound, 
            CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
              CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
                WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
              CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage, false AS is_call
          FROM (SELECT * FROM parley.message) AS m
          WHERE m.created_at >= $4::timestamptz AND m.created_at < $5::timestamptz
        ) AS r
        LEFT JOIN (SELECT * FROM parley.line) AS l ON l.line_id = r.line_id
        OFFSET 0
      ) AS r
    ) AS o
    WINDOW earlier AS (PARTITION BY contact_id COLLATE "C", line_id COLLATE "C", account_id COLLATE "C" ORDER BY created_at, sequence, outbound, message_id COLLATE "C" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  ) AS t
  WINDOW so_far AS (PARTITION BY contact_id COLLATE "C", line_id COLLATE "C", account_id COLLATE "C" ORDER BY created_at, sequence, outbound, message_id COLLATE "C" ROWS UNBOUNDED PRECEDING)
),
unanchored_recent AS MATERIALIZED (
  SELECT DISTINCT account_id, line_id, contact_id
  FROM recent
  WHERE CASE WHEN island_at < $6::timestamptz THEN 1 END = 1 AND CASE WHEN created_at >= $7::timestamptz THEN 1 END = 1
),
older AS MATERIALIZED (
  SELECT t.*,
    max(CASE WHEN outbound THEN g END) OVER (PARTITION BY contact_id COLLATE "C", line_id COLLATE "C", account_id COLLATE "C" ORDER BY created_at, sequence, outbound, message_id COLLATE "C" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last_outbound,
    max(CASE WHEN opens AND (last_at IS NULL OR last_at <= created_at - interval '24 hours' AND (last_entry_at IS NULL OR last_entry_at <= created_at - interval '96 hours')) THEN g END) OVER so_far AS island,
    max(CASE WHEN opens AND (last_at IS NULL OR last_at <= created_at - interval '24 hours' AND (last_entry_at IS NULL OR last_entry_at <= created_at - interval '96 hours')) THEN created_at END) OVER so_far AS island_at,
    CASE WHEN outbound THEN CASE WHEN contact_id IS NOT NULL AND last_inbound_at > created_at - interval '24 hours' THEN 'open' ELSE 'closed' END END AS in_window
  FROM (
    SELECT o.*,
      row_number() OVER (ORDER BY contact_id COLLATE "C", line_id COLLATE "C", account_id COLLATE "C", created_at, sequence, outbound, message_id COLLATE "C") + 1099511627776 AS g,
      max(CASE WHEN opens THEN created_at END) OVER earlier AS last_at,
      max(CASE WHEN NOT outbound THEN created_at END) OVER earlier AS last_inbound_at,
      max(CASE WHEN is_entry THEN created_at END) OVER earlier AS last_entry_at
    FROM (
      SELECT r.*,
        r.contact_id IS NOT NULL AND r.stage IS DISTINCT FROM 'failed' AND NOT r.is_call AS opens,
        coalesce(r.stage IN ('sent', 'delivered', 'read'), false) AS is_sent,
        coalesce(r.stage IN ('delivered', 'read'), false) AS is_delivered,
        coalesce(r.stage = 'failed', false) AS is_failed,
        NOT r.outbound AND NOT r.is_call AND coalesce(r.is_referral AND r.channel = 'whatsapp', false) AS is_entry,
        (r.template_name IS NOT NULL OR coalesce(translate(lower(btrim(r.template_category, E' \t\r\n')), ' -', '__') IN ('marketing', 'marketing_lite', 'utility', 'authentication', 'authentication_international', 'transactional', 'otp'), false)) AS is_template,
        r.campaign_id IS NOT NULL OR r.author_kind IS NOT DISTINCT FROM 'campaign' AS is_campaign
      FROM (
        SELECT *
        FROM (
          SELECT r.account_id, r.agent_id, r.author_kind, r.body, r.button_payload, r.campaign_id, r.contact_id, r.content_type, r.created_at, r.in_reply_to, r.is_referral, r.line_id, r.message_id, r.origin, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, r.channel
          FROM recent AS r
          JOIN unanchored_recent AS u ON u.contact_id = r.contact_id AND u.account_id IS NOT DISTINCT FROM r.account_id AND u.line_id IS NOT DISTINCT FROM r.line_id
          UNION ALL
          SELECT r.account_id, r.agent_id, r.author_kind, r.body, r.button_payload, r.campaign_id, r.contact_id, r.content_type, r.created_at, r.in_reply_to, r.is_referral, r.line_id, r.message_id, r.origin, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, l.channel
          FROM (
            SELECT m.account_id, m.agent_id, m.author_kind, m.body, m.button_payload, m.campaign_id, m.contact_id, m.content_type, m.created_at, m.in_reply_to, m.is_referral, m.line_id, m.message_id, m.origin, m.sequence, m.template_category, m.template_name, 
              m.direction = 'outbound' AS outbound, 
              CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
                CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
                  WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
                CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage, false AS is_call
            FROM (SELECT * FROM parley.message) AS m
            WHERE m.created_at >= $8::timestamptz AND m.created_at < $9::timestamptz
          ) AS r
          LEFT JOIN (SELECT * FROM parley.line) AS l ON l.line_id = r.line_id
          JOIN unanchored_recent AS u ON u.contact_id = r.contact_id AND u.account_id IS NOT DISTINCT FROM r.account_id AND u.line_id IS NOT DISTINCT FROM r.line_id
          WHERE EXISTS (SELECT FROM unanchored_recent)
        ) AS r
        OFFSET 0
      ) AS r
    ) AS o
    WINDOW earlier AS (PARTITION BY contact_id COLLATE "C", line_id COLLATE "C", account_id COLLATE "C" ORDER BY created_at, sequence, outbound, message_id COLLATE "C" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  ) AS t
  WINDOW so_far AS (PARTITION BY contact_id COLLATE "C", line_id COLLATE "C", account_id COLLATE "C" ORDER BY created_at, sequence, outbound, message_id COLLATE "C" ROWS UNBOUNDED PRECEDING)
),
unanchored_older AS MATERIALIZED (
  SELECT DISTINCT account_id, line_id, contact_id
  FROM older
  WHERE CASE WHEN island_at < $10::timestamptz THEN 1 END = 1 AND CASE WHEN created_at >= $11::timestamptz THEN 1 END = 1
),
oldest AS MATERIALIZED (
  SELECT t.*,
    max(CASE WHEN outbound THEN g END) OVER (PARTITION BY contact_id COLLATE "C", line_id COLLATE "C", account_id COLLATE "C" ORDER BY created_at, sequence, outbound, message_id COLLATE "C" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last_outbound,
    max(CASE WHEN opens AND (last_at IS NULL OR last_at <= created_at - interval '24 hours' AND (last_entry_at IS NULL OR last_entry_at <= created_at - interval '96 hours')) THEN g END) OVER so_far AS island,
    max(CASE WHEN opens AND (last_at IS NULL OR last_at <= created_at - interval '24 hours' AND (last_entry_at IS NULL OR last_entry_at <= created_at - interval '96 hours')) THEN created_at END) OVER so_far AS island_at,
    CASE WHEN outbound THEN CASE WHEN contact_id IS NOT NULL AND last_inbound_at > created_at - interval '24 hours' THEN 'open' ELSE 'closed' END END AS in_window
  FROM (
    SELECT o.*,
      row_number() OVER (ORDER BY contact_id COLLATE "C", line_id COLLATE "C", account_id COLLATE "C", created_at, sequence, outbound, message_id COLLATE "C") + 2199023255552 AS g,
      max(CASE WHEN opens THEN created_at END) OVER earlier AS last_at,
      max(CASE WHEN NOT outbound THEN created_at END) OVER earlier AS last_inbound_at,
      max(CASE WHEN is_entry THEN created_at END) OVER earlier AS last_entry_at
    FROM (
      SELECT r.*,
        r.contact_id IS NOT NULL AND r.stage IS DISTINCT FROM 'failed' AND NOT r.is_call AS opens,
        coalesce(r.stage IN ('sent', 'delivered', 'read'), false) AS is_sent,
        coalesce(r.stage IN ('delivered', 'read'), false) AS is_delivered,
        coalesce(r.stage = 'failed', false) AS is_failed,
        NOT r.outbound AND NOT r.is_call AND coalesce(r.is_referral AND r.channel = 'whatsapp', false) AS is_entry,
        (r.template_name IS NOT NULL OR coalesce(translate(lower(btrim(r.template_category, E' \t\r\n')), ' -', '__') IN ('marketing', 'marketing_lite', 'utility', 'authentication', 'authentication_international', 'transactional', 'otp'), false)) AS is_template,
        r.campaign_id IS NOT NULL OR r.author_kind IS NOT DISTINCT FROM 'campaign' AS is_campaign
      FROM (
        SELECT *
        FROM (
          SELECT r.account_id, r.agent_id, r.author_kind, r.body, r.button_payload, r.campaign_id, r.contact_id, r.content_type, r.created_at, r.in_reply_to, r.is_referral, r.line_id, r.message_id, r.origin, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, r.channel
          FROM older AS r
          JOIN unanchored_older AS u ON u.contact_id = r.contact_id AND u.account_id IS NOT DISTINCT FROM r.account_id AND u.line_id IS NOT DISTINCT FROM r.line_id
          UNION ALL
          SELECT r.account_id, r.agent_id, r.author_kind, r.body, r.button_payload, r.campaign_id, r.contact_id, r.content_type, r.created_at, r.in_reply_to, r.is_referral, r.line_id, r.message_id, r.origin, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, l.channel
          FROM (
            SELECT m.account_id, m.agent_id, m.author_kind, m.body, m.button_payload, m.campaign_id, m.contact_id, m.content_type, m.created_at, m.in_reply_to, m.is_referral, m.line_id, m.message_id, m.origin, m.sequence, m.template_category, m.template_name, 
              m.direction = 'outbound' AS outbound, 
              CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
                CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
                  WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
                CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage, false AS is_call
            FROM (SELECT * FROM parley.message) AS m
            WHERE m.created_at < $12::timestamptz
          ) AS r
          LEFT JOIN (SELECT * FROM parley.line) AS l ON l.line_id = r.line_id
          JOIN unanchored_older AS u ON u.contact_id = r.contact_id AND u.account_id IS NOT DISTINCT FROM r.account_id AND u.line_id IS NOT DISTINCT FROM r.line_id
          WHERE EXISTS (SELECT FROM unanchored_older)
        ) AS r
        OFFSET 0
      ) AS r
    ) AS o
    WINDOW earlier AS (PARTITION BY contact_id COLLATE "C", line_id COLLATE "C", account_id COLLATE "C" ORDER BY created_at, sequence, outbound, message_id COLLATE "C" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  ) AS t
  WINDOW so_far AS (PARTITION BY contact_id COLLATE "C", line_id COLLATE "C", account_id COLLATE "C" ORDER BY created_at, sequence, outbound, message_id COLLATE "C" ROWS UNBOUNDED PRECEDING)
),
ordered AS NOT MATERIALIZED (
  SELECT r.* FROM recent AS r WHERE NOT EXISTS (SELECT FROM unanchored_recent AS u WHERE u.contact_id = r.contact_id AND u.account_id IS NOT DISTINCT FROM r.account_id AND u.line_id IS NOT DISTINCT FROM r.line_id)
  UNION ALL
  SELECT r.* FROM older AS r WHERE NOT EXISTS (SELECT FROM unanchored_older AS u WHERE u.contact_id = r.contact_id AND u.account_id IS NOT DISTINCT FROM r.account_id AND u.line_id IS NOT DISTINCT FROM r.line_id)
  UNION ALL
  SELECT * FROM oldest
),
long AS (
  SELECT r.g, r.island, r.created_at, r.opens, r.is_entry, r.is_sent
  FROM ordered AS r
  WHERE r.island IN (SELECT o.island FROM ordered AS o WHERE o.opens AND (o.is_entry OR o.created_at >= o.island_at + interval '24 hours'))
),
entry AS MATERIALIZED (
  SELECT e.g, min(r.created_at) AS replied_at
  FROM long AS e
  JOIN long AS r ON r.island = e.island AND r.g > e.g AND r.created_at < e.created_at + interval '24 hours'
  WHERE e.is_entry AND r.is_sent
  GROUP BY e.g
),
candidate AS (
  SELECT r.g, r.island AS run, r.created_at, r.is_entry, coalesce(e.replied_at + interval '72 hours', r.created_at + interval '24 hours') AS ends_at
  FROM long AS r
  LEFT JOIN entry AS e ON e.g = r.g
  WHERE r.opens
),
opener AS MATERIALIZED (
  SELECT c.run AS island, array_agg(c.g ORDER BY c.g) AS places, array_agg(c.ends_at ORDER BY c.g) AS ends, array_agg(c.is_entry ORDER BY c.g) AS entries
  FROM candidate AS c
  WHERE c.g IN (
    SELECT min(g) AS g FROM candidate GROUP BY run
    UNION ALL
    SELECT runs.places[step.n]
    FROM (
      SELECT array_agg(c.g ORDER BY c.g) AS places, array_agg(c.created_at ORDER BY c.g) AS times, array_agg(c.ends_at ORDER BY c.g) AS ends
      FROM candidate AS c
      JOIN (SELECT run FROM candidate GROUP BY run HAVING max(created_at) >= min(created_at) + interval '24 hours') AS long ON long.run = c.run
      GROUP BY c.run
    ) AS runs
    CROSS JOIN LATERAL (
      WITH RECURSIVE steps (n) AS (
        SELECT width_bucket(runs.ends[1] - interval '1 microsecond', runs.times) + 1
        UNION ALL
        SELECT width_bucket(runs.ends[n] - interval '1 microsecond', runs.times) + 1 FROM steps WHERE n <= cardinality(runs.times)
      )
      SELECT n FROM steps WHERE n <= cardinality(runs.times)
    ) AS step
  )
  GROUP BY c.run
),
timeline AS MATERIALIZED (
  SELECT r.*, r.g = r.opener AS is_opener, r.by_entry AND r.created_at < r.ends_at AS is_free, CASE WHEN r.created_at < r.ends_at THEN r.opener END AS session_g
  FROM (
    SELECT r.*,
      CASE WHEN o.island IS NULL THEN r.island ELSE o.places[width_bucket(r.g, o.places)] END AS opener,
      CASE WHEN o.island IS NULL THEN r.island_at + interval '24 hours' ELSE o.ends[width_bucket(r.g, o.places)] END AS ends_at,
      o.island IS NOT NULL AND o.entries[width_bucket(r.g, o.places)] AS by_entry
    FROM ordered AS r
    LEFT JOIN opener AS o ON o.island = r.island
    WHERE NOT r.is_call
  ) AS r
),
attempt AS MATERIALIZED (
  SELECT r.*, CASE WHEN r.is_opener THEN r.message_id END AS session_id
  FROM timeline AS r
  WHERE (r.is_opener) AND (r.created_at >= $13::timestamptz) IS TRUE AND (r.created_at < $14::timestamptz) IS TRUE
),
session AS MATERIALIZED (
  SELECT r.*,
    CASE WHEN NOT r.outbound THEN CASE WHEN r.is_entry THEN 'free_entry_point' ELSE 'contact' END WHEN r.outbound AND NOT r.is_template AND NOT r.is_campaign AND r.in_window = 'open' THEN 'contact' ELSE 'business' END AS initiator,
    coalesce(r.origin, CASE
      WHEN r.outbound THEN CASE WHEN r.is_campaign THEN 'campaign' WHEN r.is_template THEN 'template'
        WHEN r.author_kind IN ('bot', 'system') THEN 'flow' WHEN r.author_kind = 'agent' THEN 'inbox' ELSE 'other' END
      WHEN NOT coalesce(r.is_referral, false) THEN 'inbound'
      WHEN r.channel = 'webchat' THEN 'referred_webchat'
      ELSE 'referred_campaign' END) AS session_origin
  FROM attempt AS r
),
page AS (
  SELECT * FROM (
    SELECT r.created_at AS row_sort,
      r.created_at AS row_at,
      r.message_id COLLATE "C" AS row_id,
      r.created_at AS created_at,
      k.phone AS phone,
      r.line_id AS line,
      r.content_type AS content_type,
      r.body AS body,
      r.button_payload AS button_payload,
      count(*) OVER () AS total,
      r.contact_id AS answer_contact,
      CASE WHEN NOT r.outbound THEN r.in_reply_to END AS answer_to,
      CASE WHEN NOT r.outbound AND r.last_outbound >= s.g THEN r.last_outbound END AS answer_g
    FROM timeline AS r
    LEFT JOIN session AS s ON s.session_id IS NOT NULL AND s.g = r.session_g
    LEFT JOIN (SELECT * FROM parley.contact) AS k ON k.contact_id = r.contact_id
    WHERE (r.created_at >= $1::timestamptz) IS TRUE AND (r.created_at < $2::timestamptz) IS TRUE
      AND CASE WHEN r.outbound THEN 'outbound' ELSE 'inbound' END = ANY ($3::text[])
  ) AS p
  ORDER BY p.row_sort DESC NULLS LAST, p.row_at DESC, p.row_id DESC
  LIMIT $15::bigint
),
answer AS MATERIALIZED (
  SELECT DISTINCT ON (a.row_id) a.row_id, a.campaign_id, a.agent_id
  FROM (
    SELECT t.row_id, NULL::bigint AS g, m.message_id = t.answer_to AS by_id, m.created_at, m.sequence, m.message_id, m.campaign_id AS campaign_id, m.agent_id AS agent_id
    FROM page AS t
    JOIN (SELECT * FROM parley.message) AS m ON m.contact_id = t.answer_contact AND (m.message_id = t.answer_to OR m.provider_message_id = t.answer_to)
    WHERE CASE WHEN m.direction = 'outbound' THEN true END IS NOT NULL AND m.contact_id IN (SELECT p.answer_contact FROM page AS p WHERE p.answer_to IS NOT NULL)
    UNION ALL
    SELECT t.row_id, r.g, NULL, NULL, NULL, NULL, r.campaign_id, r.agent_id
    FROM page AS t
    JOIN timeline AS r ON r.g = t.answer_g
  ) AS a
  ORDER BY a.row_id, a.g NULLS FIRST, a.by_id DESC, a.created_at DESC, a.sequence DESC NULLS FIRST, a.message_id COLLATE "C" DESC
)
SELECT t.created_at AS created_at,
  t.phone AS phone,
  t.line AS line,
  coalesce(line_entity.name, t.line) AS line_name,
  answer.campaign_id AS answered_campaign,
  coalesce(answered_campaign_entity.name, answer.campaign_id) AS answered_campaign_name,
  answer.agent_id AS answered_agent,
  coalesce(answered_agent_entity.name, answer.agent_id) AS answered_agent_name,
  t.content_type AS content_type,
  t.body AS body,
  t.button_payload AS button_payload,
  t.row_sort::text AS row_sort,
  t.row_at AS row_at,
  t.row_id AS row_id,
  t.total
FROM page AS t
LEFT JOIN answer ON answer.row_id = t.row_id
LEFT JOIN (SELECT * FROM parley.line) AS line_entity ON line_entity.line_id = t.line
LEFT JOIN (SELECT * FROM parley.campaign) AS answered_campaign_entity ON answered_campaign_entity.campaign_id = answer.campaign_id
LEFT JOIN (SELECT * FROM parley.agent) AS answered_agent_entity ON answered_agent_entity.agent_id = answer.agent_id
ORDER BY t.row_sort DESC NULLS LAST, t.row_at DESC, t.row_id DESC;
