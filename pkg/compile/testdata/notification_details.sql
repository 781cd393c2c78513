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
        r.contact_id IS NOT NULL AND r.stage IS DISTINCT FROM 'failed' AND NOT r.is_call AS opens,
        coalesce(r.stage IN ('sent', 'delivered', 'read'), false) AS is_sent,
        coalesce(r.stage IN ('delivered', 'read'), false) AS is_delivered,
        coalesce(r.stage = 'failed', false) AS is_failed,
        NOT r.outbound AND NOT r.is_call AND coalesce(r.is_referral AND r.channel = 'whatsapp', false) AS is_entry,
        (r.template_name IS NOT NULL OR coalesce(translate(lower(btrim(r.template_category, E' \t\r\n')), ' -', '__') IN ('marketing', 'marketing_lite', 'utility', 'authentication', 'authentication_international', 'transactional', 'otp'), false)) AS is_template,
        r.campaign_id IS NOT NULL OR r.author_kind IS NOT DISTINCT FROM 'campaign' AS is_campaign
      FROM (
        SELECT r.account_id, r.author_kind, r.campaign_id, r.contact_id, r.conversation_id, r.created_at, r.delivered_at, r.error_code, r.error_text, r.is_referral, r.line_id, r.message_id, r.origin, r.read_at, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, l.channel
        FROM (
          SELECT m.account_id, m.author_kind, m.campaign_id, m.contact_id, m.conversation_id, m.created_at, m.delivered_at, m.error_code, m.error_text, m.is_referral, m.line_id, m.message_id, m.origin, m.read_at, m.sequence, m.template_category, m.template_name, 
            m.direction = 'outbound' AS outbound, 
            CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
              CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
                WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
              CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage, false AS is_call
          FROM (SELECT * FROM parley.message) AS m
          WHERE m.created_at >= $41::timestamptz AND m.created_at < $42::timestamptz
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
  WHERE CASE WHEN island_at < $43::timestamptz THEN 1 END = 1 AND CASE WHEN created_at >= $44::timestamptz THEN 1 END = 1
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
          SELECT r.account_id, r.author_kind, r.campaign_id, r.contact_id, r.conversation_id, r.created_at, r.delivered_at, r.error_code, r.error_text, r.is_referral, r.line_id, r.message_id, r.origin, r.read_at, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, r.channel
          FROM recent AS r
          JOIN unanchored_recent AS u ON u.contact_id = r.contact_id AND u.account_id IS NOT DISTINCT FROM r.account_id AND u.line_id IS NOT DISTINCT FROM r.line_id
          UNION ALL
          SELECT r.account_id, r.author_kind, r.campaign_id, r.contact_id, r.conversation_id, r.created_at, r.delivered_at, r.error_code, r.error_text, r.is_referral, r.line_id, r.message_id, r.origin, r.read_at, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, l.channel
          FROM (
            SELECT m.account_id, m.author_kind, m.campaign_id, m.contact_id, m.conversation_id, m.created_at, m.delivered_at, m.error_code, m.error_text, m.is_referral, m.line_id, m.message_id, m.origin, m.read_at, m.sequence, m.template_category, m.template_name, 
              m.direction = 'outbound' AS outbound, 
              CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
                CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
                  WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
                CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage, false AS is_call
            FROM (SELECT * FROM parley.message) AS m
            WHERE m.created_at >= $45::timestamptz AND m.created_at < $46::timestamptz
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
  WHERE CASE WHEN island_at < $47::timestamptz THEN 1 END = 1 AND CASE WHEN created_at >= $48::timestamptz THEN 1 END = 1
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
          SELECT r.account_id, r.author_kind, r.campaign_id, r.contact_id, r.conversation_id, r.created_at, r.delivered_at, r.error_code, r.error_text, r.is_referral, r.line_id, r.message_id, r.origin, r.read_at, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, r.channel
          FROM older AS r
          JOIN unanchored_older AS u ON u.contact_id = r.contact_id AND u.account_id IS NOT DISTINCT FROM r.account_id AND u.line_id IS NOT DISTINCT FROM r.line_id
          UNION ALL
          SELECT r.account_id, r.author_kind, r.campaign_id, r.contact_id, r.conversation_id, r.created_at, r.delivered_at, r.error_code, r.error_text, r.is_referral, r.line_id, r.message_id, r.origin, r.read_at, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, l.channel
          FROM (
            SELECT m.account_id, m.author_kind, m.campaign_id, m.contact_id, m.conversation_id, m.created_at, m.delivered_at, m.error_code, m.error_text, m.is_referral, m.line_id, m.message_id, m.origin, m.read_at, m.sequence, m.template_category, m.template_name, 
              m.direction = 'outbound' AS outbound, 
              CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
                CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
                  WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
                CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage, false AS is_call
            FROM (SELECT * FROM parley.message) AS m
            WHERE m.created_at < $49::timestamptz
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
  WHERE (r.is_opener OR r.is_failed AND r.contact_id IS NOT NULL AND r.session_g IS NULL AND NOT (r.outbound AND NOT r.is_template AND NOT r.is_campaign AND r.in_window = 'open')) AND (r.created_at >= $50::timestamptz) IS TRUE AND (r.created_at < $51::timestamptz) IS TRUE
),
known AS MATERIALIZED (
  SELECT m.account_id, m.contact_id, min(m.created_at) AS first_at
  FROM timeline AS m
  WHERE m.contact_id IS NOT NULL AND m.stage IS DISTINCT FROM 'failed'
  GROUP BY m.account_id, m.contact_id
),
newcomer AS MATERIALIZED (
  SELECT DISTINCT r.account_id, r.contact_id
  FROM attempt AS r
  LEFT JOIN known AS k ON k.contact_id = r.contact_id AND k.account_id IS NOT DISTINCT FROM r.account_id
  WHERE k.first_at >= r.created_at OR k.first_at IS NULL
),
acquainted AS MATERIALIZED (
  SELECT n.account_id, n.contact_id
  FROM newcomer AS n
  WHERE EXISTS (SELECT FROM (
    SELECT m.account_id, m.contact_id, m.created_at, m.message_id, m.sequence, 
      m.direction = 'outbound' AS outbound, 
      CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
        CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
          WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
        CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage
    FROM (SELECT * FROM parley.message) AS m
    WHERE m.created_at < $52::timestamptz
  ) AS m WHERE m.contact_id = n.contact_id AND m.account_id IS NOT DISTINCT FROM n.account_id AND m.stage IS DISTINCT FROM 'failed')
),
earlier AS MATERIALIZED (
  SELECT DISTINCT r.g
  FROM attempt AS r
  JOIN known AS k ON k.contact_id = r.contact_id AND k.account_id IS NOT DISTINCT FROM r.account_id AND k.first_at = r.created_at
  JOIN timeline AS m ON m.contact_id = r.contact_id AND m.account_id IS NOT DISTINCT FROM r.account_id AND m.created_at = r.created_at
  WHERE m.stage IS DISTINCT FROM 'failed' AND (coalesce(m.sequence, 9223372036854775807), m.outbound, m.message_id COLLATE "C") < (coalesce(r.sequence, 9223372036854775807), r.outbound, r.message_id COLLATE "C")
),
progress AS MATERIALIZED (
  SELECT r.session_g AS g,
    min(r.created_at) FILTER (WHERE NOT r.outbound AND NOT r.is_opener) AS replied_at,
    count(*) FILTER (WHERE NOT r.outbound OR r.is_sent) AS messages
  FROM timeline AS r
  WHERE r.session_g IS NOT NULL AND (r.created_at >= $50::timestamptz) IS TRUE
  GROUP BY r.session_g
),
session AS (
  SELECT r.*,
    CASE WHEN NOT r.outbound THEN CASE WHEN r.is_entry THEN 'free_entry_point' ELSE 'contact' END WHEN r.outbound AND NOT r.is_template AND NOT r.is_campaign AND r.in_window = 'open' THEN 'contact' ELSE 'business' END AS initiator,
    coalesce(r.origin, CASE
      WHEN r.outbound THEN CASE WHEN r.is_campaign THEN 'campaign' WHEN r.is_template THEN 'template'
        WHEN r.author_kind IN ('bot', 'system') THEN 'flow' WHEN r.author_kind = 'agent' THEN 'inbox' ELSE 'other' END
      WHEN NOT coalesce(r.is_referral, false) THEN 'inbound'
      WHEN r.channel = 'webchat' THEN 'referred_webchat'
      ELSE 'referred_campaign' END) AS session_origin,
    CASE WHEN k.first_at < r.created_at OR acquainted.contact_id IS NOT NULL OR earlier.g IS NOT NULL THEN 'returning' ELSE 'new' END AS user_type,
    p.replied_at,
    p.messages
  FROM attempt AS r
  LEFT JOIN known AS k ON k.contact_id = r.contact_id AND k.account_id IS NOT DISTINCT FROM r.account_id
  LEFT JOIN acquainted ON acquainted.contact_id = r.contact_id AND acquainted.account_id IS NOT DISTINCT FROM r.account_id
  LEFT JOIN earlier ON earlier.g = r.g
  LEFT JOIN progress AS p ON r.is_opener AND p.g = r.g
),
initiation AS (
  SELECT r.*,
    CASE WHEN NOT r.outbound THEN NULL WHEN r.replied_at IS NOT NULL THEN 'replied' ELSE r.stage END AS status
  FROM session AS r
  WHERE CASE WHEN r.outbound THEN NOT (r.outbound AND NOT r.is_template AND NOT r.is_campaign AND r.in_window = 'open') ELSE coalesce(r.is_referral, false) END
),
page AS (
  SELECT * FROM (
    SELECT r.created_at AS row_sort,
      r.created_at AS row_at,
      r.message_id COLLATE "C" AS row_id,
      r.created_at AS created_at,
      r.contact_id AS contact,
      r.status AS status,
      CASE WHEN r.outbound THEN r.replied_at IS NOT NULL END AS replied,
      r.session_origin AS origin,
      r.template_name AS template,
      CASE WHEN r.stage = 'failed' THEN r.error_text END AS failure_text,
      ARRAY[v.url, r.account_id, r.conversation_id, v.display_id, r.contact_id, r.line_id] AS link,
      CASE WHEN r.stage = 'failed' THEN (SELECT coalesce($3::jsonb ->> (e.family || ' ' || e.own), $3::jsonb ->> e.own, (SELECT coalesce($3::jsonb ->> (e.family || ' ' || x.cut), $3::jsonb ->> x.cut,
        CASE WHEN e.text ~* $5::text THEN 'window_closed' WHEN e.text ~* $6::text THEN 'recipient_choice' WHEN e.text ~* $7::text THEN 'number_unreachable' WHEN e.family IN ('email') AND e.text ~* $8::text THEN 'account_problem' WHEN e.text ~* $9::text THEN 'recipient_choice' WHEN e.text ~* $10::text THEN 'number_unreachable' WHEN e.family IN ('email') AND e.text ~* $11::text THEN 'number_unreachable' WHEN $12::text IN (e.own, x.cut) AND e.text ~* $13::text THEN 'account_problem' WHEN $14::text IN (e.own, x.cut) AND e.text ~* $15::text THEN 'account_problem' WHEN $16::text IN (e.own, x.cut) AND e.text ~* $17::text THEN 'wrong_destination' WHEN $18::text IN (e.own, x.cut) AND e.text ~* $19::text THEN 'wrong_destination' WHEN e.text ~* $20::text THEN 'wrong_destination' WHEN e.family IN ('whatsapp') AND e.text ~* $21::text THEN 'template_state' WHEN e.family IN ('whatsapp') AND e.text ~* $22::text THEN 'template_parameters' WHEN e.text ~* $23::text THEN 'limit_reached' WHEN e.text ~* $24::text THEN 'account_problem' WHEN e.text ~* $25::text THEN 'media' WHEN e.text ~* $26::text THEN 'server' WHEN e.family IN ('whatsapp') AND e.text ~* $27::text THEN 'template_parameters' END,
        $4::jsonb ->> (e.family || ' ' || e.own), $4::jsonb ->> e.own, $4::jsonb ->> (e.family || ' ' || x.cut), $4::jsonb ->> x.cut, 'unknown') FROM (SELECT (SELECT coalesce(array_to_string(regexp_match(h.t, $28::text, 'i'), ''), array_to_string(regexp_match(h.t, $29::text, 'i'), ''), array_to_string(regexp_match(h.t, $30::text, 'i'), ''), array_to_string(regexp_match(h.t, $31::text, 'i'), '')) FROM (SELECT regexp_replace(left(e.text, 500) COLLATE "C", $32::text, ' ', 'gi') AS t OFFSET 0) AS h) AS cut OFFSET 0) AS x))
      FROM (SELECT CASE WHEN lower(btrim(l.channel)) = ANY ($33::text[]) THEN lower(btrim(l.channel)) ELSE 'whatsapp' END AS family, CASE WHEN r.error_code ~ '^[0-9]{1,7}$' THEN r.error_code ELSE coalesce((SELECT coalesce(array_to_string(regexp_match(h.t, $34::text, 'i'), ''), array_to_string(regexp_match(h.t, $35::text, 'i'), ''), array_to_string(regexp_match(h.t, $36::text, 'i'), ''), array_to_string(regexp_match(h.t, $37::text, 'i'), '')) FROM (SELECT regexp_replace(left(r.error_code, 500) COLLATE "C", $38::text, ' ', 'gi') AS t OFFSET 0) AS h), nullif(btrim(r.error_code, E' \t\r\n'), '')) END AS own, left(r.error_text, 500) COLLATE "C" AS text OFFSET 0) AS e) END AS failure_reason,
      CASE WHEN r.session_id IS NOT NULL THEN r.created_at END AS session_started_at,
      l.channel AS channel,
      r.user_type AS user_type,
      r.delivered_at AS delivered_at,
      r.read_at AS read_at,
      CASE WHEN r.outbound THEN r.replied_at END AS replied_at
    FROM initiation AS r
    LEFT JOIN (SELECT * FROM parley.line) AS l ON l.line_id = r.line_id
    LEFT JOIN (SELECT * FROM parley.conversation) AS v ON v.conversation_id = r.conversation_id
    WHERE (r.created_at >= $1::timestamptz) IS TRUE AND (r.created_at < $2::timestamptz) IS TRUE
      AND r.created_at IS NULL AND (r.created_at, r.message_id COLLATE "C") < ($39::timestamptz, $40::text)
  ) AS p
  ORDER BY p.row_sort DESC NULLS LAST, p.row_at DESC, p.row_id DESC
  LIMIT $53::bigint
)
SELECT t.created_at AS created_at,
  t.contact AS contact,
  coalesce(coalesce(contact_entity.name, contact_entity.phone), t.contact) AS contact_name,
  t.status AS status,
  t.replied AS replied,
  t.origin AS origin,
  t.template AS template,
  t.failure_text AS failure_text,
  t.link AS link,
  t.failure_reason AS failure_reason,
  t.session_started_at AS session_started_at,
  t.channel AS channel,
  t.user_type AS user_type,
  t.delivered_at AS delivered_at,
  t.read_at AS read_at,
  t.replied_at AS replied_at,
  t.row_sort::text AS row_sort,
  t.row_at AS row_at,
  t.row_id AS row_id
FROM page AS t
LEFT JOIN (SELECT * FROM parley.contact) AS contact_entity ON contact_entity.contact_id = t.contact
ORDER BY t.row_sort DESC NULLS LAST, t.row_at DESC, t.row_id DESC;
