WITH recent AS (
  SELECT t.*,
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
        coalesce(translate(lower(btrim(r.provider)), '-. ', '___') NOT IN ('avisa', 'baileys', 'evolution', 'evolution_go', 'gowa', 'uazapi', 'unoapi', 'waha', 'whatsapp_light', 'whatsapp_web', 'whatsmeow', 'wppconnect', 'wuzapi', 'z_api', 'zapi'), true) AND (lower(btrim(r.channel)) = 'whatsapp' OR lower(btrim(r.channel)) IS NULL OR lower(btrim(r.channel)) NOT IN ('whatsapp', 'instagram', 'messenger', 'telegram', 'sms', 'webchat', 'email', 'voice', 'other')) AS is_charged,
        coalesce(lower(btrim(r.channel)) = 'whatsapp', false) AS is_channel_known,
        coalesce(translate(lower(btrim(r.provider)), '-. ', '___') IN ('', '360dialog', 'avisa', 'baileys', 'default', 'evolution', 'evolution_go', 'gowa', 'gupshup', 'hyperflow', 'twilio', 'uazapi', 'unoapi', 'waha', 'whatsapp_cloud', 'whatsapp_embedded', 'whatsapp_light', 'whatsapp_web', 'whatsmeow', 'wppconnect', 'wuzapi', 'z_api', 'zapi'), true) AS is_provider_known,
        r.contact_id IS NOT NULL AND r.stage IS DISTINCT FROM 'failed' AND NOT r.is_call AS opens,
        coalesce(r.stage IN ('sent', 'delivered', 'read'), false) AS is_sent,
        coalesce(r.stage IN ('delivered', 'read'), false) AS is_delivered,
        coalesce(r.stage = 'failed', false) AS is_failed,
        NOT r.outbound AND NOT r.is_call AND coalesce(r.is_referral AND r.channel = 'whatsapp', false) AS is_entry,
        (r.template_name IS NOT NULL OR coalesce(translate(lower(btrim(r.template_category, E' \t\r\n')), ' -', '__') IN ('marketing', 'marketing_lite', 'utility', 'authentication', 'authentication_international', 'transactional', 'otp'), false)) AS is_template,
        r.campaign_id IS NOT NULL OR r.author_kind IS NOT DISTINCT FROM 'campaign' AS is_campaign
      FROM (
        SELECT r.account_id, r.author_kind, r.billable, r.campaign_id, r.contact_id, r.created_at, r.is_referral, r.line_id, r.message_id, r.origin, r.price_usd, r.pricing_category, r.pricing_model, r.pricing_type, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, l.channel, l.provider
        FROM (
          SELECT m.account_id, m.author_kind, m.billable, m.campaign_id, m.contact_id, m.created_at, m.is_referral, m.line_id, m.message_id, m.origin, m.price_usd, m.pricing_category, m.pricing_model, m.pricing_type, m.sequence, m.template_category, m.template_name, 
            m.direction = 'outbound' AS outbound, 
            CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
              CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
                WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
              CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage, false AS is_call
          FROM (SELECT * FROM parley.message) AS m
          WHERE m.created_at >= $5::timestamptz AND m.created_at < $6::timestamptz
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
  WHERE CASE WHEN island_at < $7::timestamptz THEN 1 END = 1 AND CASE WHEN created_at >= $8::timestamptz THEN 1 END = 1
),
older AS MATERIALIZED (
  SELECT t.*,
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
        coalesce(translate(lower(btrim(r.provider)), '-. ', '___') NOT IN ('avisa', 'baileys', 'evolution', 'evolution_go', 'gowa', 'uazapi', 'unoapi', 'waha', 'whatsapp_light', 'whatsapp_web', 'whatsmeow', 'wppconnect', 'wuzapi', 'z_api', 'zapi'), true) AND (lower(btrim(r.channel)) = 'whatsapp' OR lower(btrim(r.channel)) IS NULL OR lower(btrim(r.channel)) NOT IN ('whatsapp', 'instagram', 'messenger', 'telegram', 'sms', 'webchat', 'email', 'voice', 'other')) AS is_charged,
        coalesce(lower(btrim(r.channel)) = 'whatsapp', false) AS is_channel_known,
        coalesce(translate(lower(btrim(r.provider)), '-. ', '___') IN ('', '360dialog', 'avisa', 'baileys', 'default', 'evolution', 'evolution_go', 'gowa', 'gupshup', 'hyperflow', 'twilio', 'uazapi', 'unoapi', 'waha', 'whatsapp_cloud', 'whatsapp_embedded', 'whatsapp_light', 'whatsapp_web', 'whatsmeow', 'wppconnect', 'wuzapi', 'z_api', 'zapi'), true) AS is_provider_known,
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
          SELECT r.account_id, r.author_kind, r.billable, r.campaign_id, r.contact_id, r.created_at, r.is_referral, r.line_id, r.message_id, r.origin, r.price_usd, r.pricing_category, r.pricing_model, r.pricing_type, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, r.channel, r.provider
          FROM recent AS r
          JOIN unanchored_recent AS u ON u.contact_id = r.contact_id AND u.account_id IS NOT DISTINCT FROM r.account_id AND u.line_id IS NOT DISTINCT FROM r.line_id
          UNION ALL
          SELECT r.account_id, r.author_kind, r.billable, r.campaign_id, r.contact_id, r.created_at, r.is_referral, r.line_id, r.message_id, r.origin, r.price_usd, r.pricing_category, r.pricing_model, r.pricing_type, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, l.channel, l.provider
          FROM (
            SELECT m.account_id, m.author_kind, m.billable, m.campaign_id, m.contact_id, m.created_at, m.is_referral, m.line_id, m.message_id, m.origin, m.price_usd, m.pricing_category, m.pricing_model, m.pricing_type, m.sequence, m.template_category, m.template_name, 
              m.direction = 'outbound' AS outbound, 
              CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
                CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
                  WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
                CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage, false AS is_call
            FROM (SELECT * FROM parley.message) AS m
            WHERE m.created_at >= $9::timestamptz AND m.created_at < $10::timestamptz
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
  WHERE CASE WHEN island_at < $11::timestamptz THEN 1 END = 1 AND CASE WHEN created_at >= $12::timestamptz THEN 1 END = 1
),
oldest AS MATERIALIZED (
  SELECT t.*,
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
        coalesce(translate(lower(btrim(r.provider)), '-. ', '___') NOT IN ('avisa', 'baileys', 'evolution', 'evolution_go', 'gowa', 'uazapi', 'unoapi', 'waha', 'whatsapp_light', 'whatsapp_web', 'whatsmeow', 'wppconnect', 'wuzapi', 'z_api', 'zapi'), true) AND (lower(btrim(r.channel)) = 'whatsapp' OR lower(btrim(r.channel)) IS NULL OR lower(btrim(r.channel)) NOT IN ('whatsapp', 'instagram', 'messenger', 'telegram', 'sms', 'webchat', 'email', 'voice', 'other')) AS is_charged,
        coalesce(lower(btrim(r.channel)) = 'whatsapp', false) AS is_channel_known,
        coalesce(translate(lower(btrim(r.provider)), '-. ', '___') IN ('', '360dialog', 'avisa', 'baileys', 'default', 'evolution', 'evolution_go', 'gowa', 'gupshup', 'hyperflow', 'twilio', 'uazapi', 'unoapi', 'waha', 'whatsapp_cloud', 'whatsapp_embedded', 'whatsapp_light', 'whatsapp_web', 'whatsmeow', 'wppconnect', 'wuzapi', 'z_api', 'zapi'), true) AS is_provider_known,
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
          SELECT r.account_id, r.author_kind, r.billable, r.campaign_id, r.contact_id, r.created_at, r.is_referral, r.line_id, r.message_id, r.origin, r.price_usd, r.pricing_category, r.pricing_model, r.pricing_type, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, r.channel, r.provider
          FROM older AS r
          JOIN unanchored_older AS u ON u.contact_id = r.contact_id AND u.account_id IS NOT DISTINCT FROM r.account_id AND u.line_id IS NOT DISTINCT FROM r.line_id
          UNION ALL
          SELECT r.account_id, r.author_kind, r.billable, r.campaign_id, r.contact_id, r.created_at, r.is_referral, r.line_id, r.message_id, r.origin, r.price_usd, r.pricing_category, r.pricing_model, r.pricing_type, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, l.channel, l.provider
          FROM (
            SELECT m.account_id, m.author_kind, m.billable, m.campaign_id, m.contact_id, m.created_at, m.is_referral, m.line_id, m.message_id, m.origin, m.price_usd, m.pricing_category, m.pricing_model, m.pricing_type, m.sequence, m.template_category, m.template_name, 
              m.direction = 'outbound' AS outbound, 
              CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
                CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
                  WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
                CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage, false AS is_call
            FROM (SELECT * FROM parley.message) AS m
            WHERE m.created_at < $13::timestamptz
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
  WHERE (r.is_opener) AND (r.created_at >= $14::timestamptz) IS TRUE AND (r.created_at < $15::timestamptz) IS TRUE
),
session AS (
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
own_rule AS MATERIALIZED (
  SELECT b.*
  FROM (
    SELECT coalesce(b.valid_from, '-infinity') AS valid_from, lower(btrim(b.unit)) AS unit, translate(lower(btrim(b.category, E' \t\r\n')), ' -', '__') AS category, b.in_window, b.billable, nullif(translate(lower(btrim(b.rate_category, E' \t\r\n')), ' -', '__'), '') AS rate_category, b.free_units
    FROM (SELECT * FROM parley.billing_rule) AS b
  ) AS b
  WHERE b.valid_from < 'infinity' AND b.unit IN ('conversation', 'message') AND b.category <> '' AND b.billable IS NOT NULL
),
rule AS MATERIALIZED (
  SELECT row_number() OVER (ORDER BY r.billable, r.free_units DESC NULLS LAST, r.unit COLLATE "C", r.rate_category COLLATE "C" NULLS FIRST, r.category COLLATE "C", r.valid_from, r.in_window) AS id, r.*
  FROM (
    SELECT * FROM own_rule
    UNION ALL
    SELECT d.* FROM unnest($18::date[], $19::text[], $20::text[], $21::boolean[], $22::boolean[], $23::text[], $24::integer[]) AS d (valid_from, unit, category, in_window, billable, rate_category, free_units)
    WHERE NOT EXISTS (SELECT FROM own_rule)
  ) AS r
),
chain AS MATERIALIZED (
  SELECT * FROM unnest($25::text[], $26::integer[], $27::text[]) AS chain (category, place, serves)
  UNION ALL
  SELECT DISTINCT own.category, 0, own.category FROM (SELECT category FROM own_rule UNION SELECT rate_category FROM own_rule) AS own (category) WHERE own.category <> ALL ($25::text[])
),
delivered AS (
  SELECT r.*
  FROM (
    SELECT r.g, r.island, r.message_id, r.line_id, r.contact_id, r.created_at, r.sequence, r.outbound, r.is_free, r.is_channel_known, r.is_provider_known,
      coalesce(nullif(translate(lower(btrim(r.pricing_category, E' \t\r\n')), ' -', '__'), ''), CASE WHEN r.is_template THEN nullif(translate(lower(btrim(r.template_category, E' \t\r\n')), ' -', '__'), '') ELSE 'service' END) AS category,
      CASE WHEN NOT r.billable OR lower(btrim(r.pricing_type)) LIKE 'free%' THEN false WHEN r.billable OR lower(btrim(r.pricing_type)) = 'regular' THEN true END AS charged, CASE upper(btrim(r.pricing_model)) WHEN 'CBP' THEN 'conversation' WHEN 'PMP' THEN 'message' END AS said_unit,
      r.in_window = 'open' AS in_window, (r.created_at AT TIME ZONE 'UTC')::date AS day
    FROM timeline AS r
    WHERE r.is_delivered AND r.is_charged AND r.created_at < $17::timestamptz
  ) AS r
  WHERE NOT r.is_free OR r.charged
),
rule_span AS MATERIALIZED (
  SELECT s.category, rule.id, rule.unit, rule.billable, rule.free_units, w.in_window AS fits, rule.valid_from,
    CASE WHEN rule.rate_category IS NULL OR rule.rate_category = rule.category THEN s.category ELSE rule.rate_category END AS rated,
    lead(rule.valid_from) OVER (PARTITION BY s.category, w.in_window ORDER BY rule.valid_from, rule.in_window NULLS FIRST, rule.id) AS valid_to
  FROM (SELECT DISTINCT ON (chain.category) chain.* FROM chain WHERE chain.serves IN (SELECT rule.category FROM rule) ORDER BY chain.category, chain.place) AS s
  JOIN rule ON rule.category = s.serves
  JOIN (VALUES (true), (false)) AS w (in_window) ON coalesce(rule.in_window, w.in_window) = w.in_window
),
priced AS MATERIALIZED (
  SELECT d.*, rule.id AS rule, coalesce(d.said_unit, rule.unit) AS unit, coalesce(rule.billable, false) AS billable,
    coalesce(rule.rated, d.category) AS rated, rule.free_units,
    d.category IN (SELECT chain.category FROM chain) AND (d.charged IS NOT NULL OR d.category IN (SELECT s.category FROM rule_span AS s) OR EXISTS (SELECT FROM own_rule)) AS has_category
  FROM delivered AS d
  LEFT JOIN rule_span AS rule ON rule.category = d.category AND rule.fits = d.in_window
    AND rule.valid_from <= d.day AND (rule.valid_to IS NULL OR d.day < rule.valid_to)
),
charged_window AS (
  SELECT g, dense_rank() OVER (ORDER BY island, category) AS run, created_at, created_at + interval '24 hours' AS ends_at
  FROM priced
  WHERE unit = 'conversation' AND has_category AND island IS NOT NULL
),
charged_first AS MATERIALIZED (
  SELECT min(g) AS g FROM charged_window GROUP BY run
  UNION ALL
  SELECT runs.places[step.n]
  FROM (
    SELECT array_agg(c.g ORDER BY c.g) AS places, array_agg(c.created_at ORDER BY c.g) AS times, array_agg(c.ends_at ORDER BY c.g) AS ends
    FROM charged_window AS c
    JOIN (SELECT run FROM charged_window GROUP BY run HAVING max(created_at) >= min(created_at) + interval '24 hours') AS long ON long.run = c.run
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
),
unit AS MATERIALIZED (
  SELECT p.*,
    row_number() OVER (PARTITION BY p.rule, p.line_id, date_trunc('month', p.day) ORDER BY p.created_at, p.sequence, p.outbound, p.message_id COLLATE "C") AS place
  FROM priced AS p
  WHERE p.has_category AND (p.billable OR p.charged) AND p.created_at >= $16::timestamptz
    AND (p.unit IS DISTINCT FROM 'conversation' OR p.island IS NULL OR p.g IN (SELECT g FROM charged_first))
),
due AS MATERIALIZED (
  SELECT u.*
  FROM unit AS u
  WHERE CASE WHEN u.charged IS NULL THEN u.place > coalesce(u.free_units, 0) ELSE u.charged END
),
code AS MATERIALIZED (
  SELECT $28::jsonb AS codes, $29::jsonb AS countries
),
country AS MATERIALIZED (
  SELECT * FROM unnest($30::text[], $31::text[], $32::text[], $33::integer[], $34::integer[]) AS country (country, prefix, national, shortest, longest)
),
number AS MATERIALIZED (
  SELECT n.contact_id, n.digits, n.marked, n.stated, n.coded,
    CASE WHEN n.marked OR coalesce(country.shortest, 0) = 0 OR length(n.digits) BETWEEN country.shortest AND country.longest THEN n.coded END AS country
  FROM (
    SELECT k.contact_id, k.digits, k.marked, code.countries ->> btrim(regexp_replace(lower(replace(k.country, '&', ' and ')), '[ \t\n\v\f\r\u00a0\u200b-\u200d\u2060\ufeff.,;:_''()/-]+', ' ', 'g')) AS stated, coalesce(code.codes ->> left(k.digits, 7), code.codes ->> left(k.digits, 6), code.codes ->> left(k.digits, 5), code.codes ->> left(k.digits, 4), code.codes ->> left(k.digits, 3), code.codes ->> left(k.digits, 2), code.codes ->> left(k.digits, 1)) AS coded
    FROM (SELECT k.contact_id, nullif(CASE WHEN k.phone NOT ILIKE '%@lid%' THEN regexp_replace(regexp_replace(regexp_replace(k.phone, '(:[0-9]+)?@.*$', ''), '[^0-9]', '', 'g'), '^00', '') END, '') AS digits, (k.phone ~ '^[^0-9]*\+' OR k.phone ~ '^[^0-9]*0[^0-9]*0' OR k.phone LIKE '%@s.whatsapp.net' OR k.phone LIKE '%@c.us') AS marked, k.country FROM (SELECT DISTINCT ON (u.contact_id) u.contact_id, k.phone AS phone, k.country
  FROM (SELECT DISTINCT u.contact_id FROM due AS u WHERE u.contact_id IS NOT NULL) AS u
  LEFT JOIN (SELECT * FROM parley.contact) AS k ON k.contact_id = u.contact_id
  ORDER BY u.contact_id, k.phone COLLATE "C", k.country COLLATE "C") AS k) AS k
    CROSS JOIN code
  ) AS n
  LEFT JOIN country ON country.country = n.coded
),
home AS MATERIALIZED (
  SELECT h.line_id, h.country, country.national
  FROM (SELECT l.line_id, min(coalesce(code.codes ->> left(l.digits, 7), code.codes ->> left(l.digits, 6), code.codes ->> left(l.digits, 5), code.codes ->> left(l.digits, 4), code.codes ->> left(l.digits, 3), code.codes ->> left(l.digits, 2), code.codes ->> left(l.digits, 1))) AS country FROM (SELECT l.line_id, CASE WHEN l.number NOT ILIKE '%@lid%' THEN regexp_replace(regexp_replace(regexp_replace(l.number, '(:[0-9]+)?@.*$', ''), '[^0-9]', '', 'g'), '^00', '') END AS digits FROM (SELECT * FROM parley.line) AS l) AS l CROSS JOIN code GROUP BY l.line_id) AS h
  JOIN country ON country.country = h.country AND country.national <> ''
),
address AS MATERIALIZED (
  SELECT a.contact_id, a.line_id, a.digits, a.marked, a.coded, a.numbered, coalesce(a.numbered, a.stated) AS country
  FROM (
    SELECT p.contact_id, p.line_id, n.digits, n.marked, n.coded, n.stated,
      CASE WHEN n.marked OR home.national IS NULL OR home.country = n.country OR n.digits !~ ('^(' || home.national || ')$') THEN n.country END AS numbered
    FROM (SELECT DISTINCT u.contact_id, u.line_id FROM due AS u) AS p
    LEFT JOIN number AS n ON n.contact_id = p.contact_id
    LEFT JOIN home ON home.line_id = p.line_id
  ) AS a
),
own_market AS MATERIALIZED (
  SELECT m.*, lead(m.valid_from) OVER (PARTITION BY m.prefix ORDER BY m.valid_from) AS valid_to,
    EXISTS (SELECT FROM unnest($35::text[]) AS shipped (prefix) WHERE starts_with(shipped.prefix, m.prefix) OR starts_with(m.prefix, shipped.prefix)) AS is_coded
  FROM (
    SELECT DISTINCT ON (m.prefix, m.valid_from) m.*
    FROM (
      SELECT regexp_replace(regexp_replace(m.prefix, '[ +.()-]', '', 'g'), '^00', '') AS prefix, btrim(regexp_replace(lower(replace(m.market, '&', ' and ')), '[ \t\n\v\f\r\u00a0\u200b-\u200d\u2060\ufeff.,;:_''()/-]+', ' ', 'g')) AS market, coalesce(m.valid_from, '-infinity') AS valid_from
      FROM (SELECT * FROM parley.market) AS m
    ) AS m
    WHERE m.prefix ~ '^[0-9]+$' AND m.market <> '' AND m.valid_from < 'infinity'
    ORDER BY m.prefix, m.valid_from, m.market COLLATE "C"
  ) AS m
),
own_address AS MATERIALIZED (
  SELECT a.contact_id, a.line_id, m.market, m.valid_from, m.valid_to, length(m.prefix) AS digits, f.is_number
  FROM address AS a
  LEFT JOIN country ON country.country = a.country AND a.numbered IS NULL
  JOIN own_market AS m ON (starts_with(a.digits, m.prefix) AND (a.marked OR a.numbered IS NOT NULL OR NOT m.is_coded)) IS TRUE OR starts_with(country.prefix, m.prefix)
  CROSS JOIN LATERAL (SELECT (starts_with(a.digits, m.prefix) AND (a.marked OR a.numbered IS NOT NULL OR NOT m.is_coded)) IS TRUE AS is_number) AS f
),
own_located AS MATERIALIZED (
  SELECT DISTINCT ON (u.g) u.g, a.market
  FROM due AS u
  JOIN own_address AS a ON a.contact_id = u.contact_id AND coalesce(a.line_id, '') = coalesce(u.line_id, '') AND a.valid_from <= u.day AND (a.valid_to IS NULL OR u.day < a.valid_to)
  ORDER BY u.g, a.is_number DESC, a.digits DESC
),
located AS MATERIALIZED (
  SELECT u.*, coalesce('=' || o.market, a.country) AS market_key,
    CASE WHEN a.digits IS NULL THEN 'contact' WHEN a.marked OR a.coded IS NULL AND a.digits !~ '^0' THEN 'prefix' ELSE 'national' END AS gap,
    CASE WHEN a.marked OR a.coded IS NULL AND a.digits !~ '^0' THEN left(a.digits, 3) END AS gap_digits
  FROM due AS u
  LEFT JOIN address AS a ON a.contact_id = u.contact_id AND coalesce(a.line_id, '') = coalesce(u.line_id, '')
  LEFT JOIN own_located AS o ON o.g = u.g
),
rate AS MATERIALIZED (
  SELECT card.*, lead(card.valid_from) OVER (PARTITION BY card.market, card.category ORDER BY card.valid_from) AS valid_to
  FROM (
    SELECT DISTINCT ON (card.market, card.category, card.valid_from) card.*
    FROM (SELECT btrim(regexp_replace(lower(replace(card.market, '&', ' and ')), '[ \t\n\v\f\r\u00a0\u200b-\u200d\u2060\ufeff.,;:_''()/-]+', ' ', 'g')) AS market, translate(lower(btrim(card.category, E' \t\r\n')), ' -', '__') AS category, coalesce(card.valid_from, '-infinity') AS valid_from, card.usd FROM (SELECT * FROM parley.rate_card) AS card) AS card
    WHERE card.usd >= 0 AND card.usd < 1000000 AND card.valid_from < 'infinity'
    ORDER BY card.market, card.category, card.valid_from, card.usd DESC
  ) AS card
),
rated AS MATERIALIZED (
  SELECT DISTINCT ON (w.market_key, w.rated, w.day) w.market_key, w.rated AS category, w.day, rate.usd
  FROM (SELECT DISTINCT l.market_key, l.rated, l.day FROM located AS l WHERE l.market_key IS NOT NULL) AS w
  JOIN (
    SELECT * FROM unnest($36::text[], $37::integer[], $38::text[]) AS named (key, place, name)
    UNION ALL
    SELECT DISTINCT l.market_key, 0, substr(l.market_key, 2) FROM located AS l WHERE l.market_key LIKE '=%'
  ) AS named ON named.key = w.market_key
  JOIN chain ON chain.category = w.rated
  JOIN rate ON rate.market = named.name AND rate.category = chain.serves AND rate.valid_from <= w.day AND (rate.valid_to IS NULL OR w.day < rate.valid_to)
  ORDER BY w.market_key, w.rated, w.day, named.place, chain.place
),
charge AS MATERIALIZED (
  SELECT l.message_id, CASE WHEN l.is_channel_known AND l.is_provider_known THEN r.usd END AS usd,
    (l.is_channel_known AND l.is_provider_known AND r.usd IS NOT NULL) IS NOT TRUE AS unknown,
    CASE WHEN NOT l.is_channel_known THEN 'channel' WHEN NOT l.is_provider_known THEN 'provider' WHEN l.market_key IS NULL THEN l.gap ELSE 'rate' END AS gap,
    CASE WHEN NOT (l.is_channel_known AND l.is_provider_known) THEN NULL WHEN l.market_key IS NULL THEN l.gap_digits ELSE l.market_key END AS gap_of,
    CASE WHEN l.is_channel_known AND l.is_provider_known AND l.market_key IS NOT NULL THEN l.rated END AS gap_category, l.day AS gap_day
  FROM located AS l
  LEFT JOIN rated AS r ON r.market_key = l.market_key AND r.category = l.rated AND r.day = l.day
  UNION ALL
  -- A template of no known category: billed, nobody knows by which rate.
  SELECT p.message_id, NULL, true, 'category', NULL, NULL, p.day
  FROM priced AS p
  WHERE p.has_category IS NOT TRUE AND p.charged IS NOT FALSE
),
message_rows AS (
  SELECT l.channel AS channel,
    r.line_id AS line,
    r.outbound,
    r.stage,
    CASE WHEN r.price_usd IS NULL THEN charge.usd ELSE CASE WHEN r.price_usd >= 0 AND r.price_usd < 1000000 THEN r.price_usd END END AS cost,
    CASE WHEN r.price_usd IS NULL THEN charge.unknown ELSE (r.price_usd IS NOT NULL AND (r.price_usd >= 0 AND r.price_usd < 1000000) IS NOT TRUE) END AS cost_unknown,
    CASE WHEN r.price_usd IS NULL THEN charge.gap ELSE 'price' END AS gap,
    charge.gap_of,
    charge.gap_category,
    charge.gap_day
  FROM timeline AS r
  LEFT JOIN charge ON charge.message_id = r.message_id
  LEFT JOIN (SELECT * FROM parley.line) AS l ON l.line_id = r.line_id
  WHERE (r.created_at >= $1::timestamptz) IS TRUE AND (r.created_at < $2::timestamptz) IS TRUE
),
message_totals AS (
  SELECT channel,
    line,
    count(*) FILTER (WHERE f.outbound AND f.stage IN ('sent', 'delivered', 'read')) AS messages_sent,
    count(*) FILTER (WHERE NOT f.outbound) AS messages_received,
    sum(f.cost)::float8 AS cost_usd,
    count(*) FILTER (WHERE f.cost_unknown) AS cost_unknown
  FROM message_rows AS f
  GROUP BY channel, line
),
session_rows AS (
  SELECT l.channel AS channel,
    r.line_id AS line,
    r.initiator,
    coalesce(r.account_id, chr(30)) || chr(31) || r.contact_id AS user_key
  FROM session AS r
  LEFT JOIN (SELECT * FROM parley.line) AS l ON l.line_id = r.line_id
  WHERE (r.created_at >= $3::timestamptz) IS TRUE AND (r.created_at < $4::timestamptz) IS TRUE
    AND r.session_id IS NOT NULL
),
session_totals AS (
  SELECT channel,
    line,
    count(*) FILTER (WHERE f.initiator = 'business') AS sessions_by_business,
    count(*) FILTER (WHERE f.initiator = 'contact') AS sessions_by_contact,
    count(*) FILTER (WHERE f.initiator = 'free_entry_point') AS sessions_free_entry_point
  FROM session_rows AS f
  GROUP BY channel, line
),
totals AS (
  SELECT channel, line, max(messages_sent) AS messages_sent, max(messages_received) AS messages_received, max(cost_usd) AS cost_usd, max(cost_unknown) AS cost_unknown, max(sessions_by_business) AS sessions_by_business, max(sessions_by_contact) AS sessions_by_contact, max(sessions_free_entry_point) AS sessions_free_entry_point
  FROM (
    SELECT channel, line, messages_sent, messages_received, cost_usd, cost_unknown, NULL::bigint AS sessions_by_business, NULL::bigint AS sessions_by_contact, NULL::bigint AS sessions_free_entry_point FROM message_totals
    UNION ALL
    SELECT channel, line, NULL::bigint AS messages_sent, NULL::bigint AS messages_received, NULL::float8 AS cost_usd, NULL::bigint AS cost_unknown, sessions_by_business, sessions_by_contact, sessions_free_entry_point FROM session_totals
  ) AS t
  GROUP BY channel, line
)
SELECT t.channel AS channel,
  t.line AS line,
  coalesce(line_entity.name, t.line) AS line_name,
  coalesce(t.sessions_by_business, 0) AS sessions_by_business,
  coalesce(t.sessions_by_contact, 0) AS sessions_by_contact,
  coalesce(t.sessions_free_entry_point, 0) AS sessions_free_entry_point,
  coalesce(t.messages_sent, 0) AS messages_sent,
  coalesce(t.messages_received, 0) AS messages_received,
  coalesce(t.cost_usd, 0) AS cost_usd,
  coalesce(t.cost_unknown, 0) AS cost_unknown,
  (SELECT jsonb_agg(to_jsonb(g))::text FROM (
    SELECT f.gap, coalesce(f.gap_of, '') AS gap_of, coalesce(f.gap_category, '') AS gap_category, min(f.gap_day)::text AS first_day, max(f.gap_day)::text AS last_day,
      count(*) AS messages, count(*) OVER () AS groups
    FROM message_rows AS f
    WHERE f.cost_unknown
    GROUP BY f.gap, f.gap_of, f.gap_category
    ORDER BY count(*) DESC, f.gap, gap_of COLLATE "C", gap_category COLLATE "C"
    LIMIT 3
  ) AS g) AS cost_gaps,
  count(*) OVER () AS total_rows
FROM totals AS t
LEFT JOIN (SELECT * FROM parley.line) AS line_entity ON line_entity.line_id = t.line
ORDER BY channel ASC NULLS LAST, messages_sent DESC NULLS LAST, t.channel COLLATE "C" NULLS LAST, t.line COLLATE "C" NULLS LAST
LIMIT $39::bigint;
