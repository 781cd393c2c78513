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
        SELECT r.account_id, r.author_kind, r.campaign_id, r.contact_id, r.created_at, r.error_code, r.error_text, r.is_referral, r.line_id, r.message_id, r.origin, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, l.channel
        FROM (
          SELECT m.account_id, m.author_kind, m.campaign_id, m.contact_id, m.created_at, m.error_code, m.error_text, m.is_referral, m.line_id, m.message_id, m.origin, m.sequence, m.template_category, m.template_name, 
            m.direction = 'outbound' AS outbound, 
            CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
              CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
                WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
              CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage, false AS is_call
          FROM (SELECT * FROM parley.message) AS m
          WHERE m.created_at >= $40::timestamptz AND m.created_at < $41::timestamptz
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
  WHERE CASE WHEN island_at < $42::timestamptz THEN 1 END = 1 AND CASE WHEN created_at >= $43::timestamptz THEN 1 END = 1
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
          SELECT r.account_id, r.author_kind, r.campaign_id, r.contact_id, r.created_at, r.error_code, r.error_text, r.is_referral, r.line_id, r.message_id, r.origin, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, r.channel
          FROM recent AS r
          JOIN unanchored_recent AS u ON u.contact_id = r.contact_id AND u.account_id IS NOT DISTINCT FROM r.account_id AND u.line_id IS NOT DISTINCT FROM r.line_id
          UNION ALL
          SELECT r.account_id, r.author_kind, r.campaign_id, r.contact_id, r.created_at, r.error_code, r.error_text, r.is_referral, r.line_id, r.message_id, r.origin, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, l.channel
          FROM (
            SELECT m.account_id, m.author_kind, m.campaign_id, m.contact_id, m.created_at, m.error_code, m.error_text, m.is_referral, m.line_id, m.message_id, m.origin, m.sequence, m.template_category, m.template_name, 
              m.direction = 'outbound' AS outbound, 
              CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
                CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
                  WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
                CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage, false AS is_call
            FROM (SELECT * FROM parley.message) AS m
            WHERE m.created_at >= $44::timestamptz AND m.created_at < $45::timestamptz
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
  WHERE CASE WHEN island_at < $46::timestamptz THEN 1 END = 1 AND CASE WHEN created_at >= $47::timestamptz THEN 1 END = 1
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
          SELECT r.account_id, r.author_kind, r.campaign_id, r.contact_id, r.created_at, r.error_code, r.error_text, r.is_referral, r.line_id, r.message_id, r.origin, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, r.channel
          FROM older AS r
          JOIN unanchored_older AS u ON u.contact_id = r.contact_id AND u.account_id IS NOT DISTINCT FROM r.account_id AND u.line_id IS NOT DISTINCT FROM r.line_id
          UNION ALL
          SELECT r.account_id, r.author_kind, r.campaign_id, r.contact_id, r.created_at, r.error_code, r.error_text, r.is_referral, r.line_id, r.message_id, r.origin, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, l.channel
          FROM (
            SELECT m.account_id, m.author_kind, m.campaign_id, m.contact_id, m.created_at, m.error_code, m.error_text, m.is_referral, m.line_id, m.message_id, m.origin, m.sequence, m.template_category, m.template_name, 
              m.direction = 'outbound' AS outbound, 
              CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
                CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
                  WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
                CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage, false AS is_call
            FROM (SELECT * FROM parley.message) AS m
            WHERE m.created_at < $48::timestamptz
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
  WHERE (r.is_opener OR r.is_failed AND r.contact_id IS NOT NULL AND r.session_g IS NULL AND NOT (r.outbound AND NOT r.is_template AND NOT r.is_campaign AND r.in_window = 'open')) AND (r.created_at >= $49::timestamptz) IS TRUE AND (r.created_at < $50::timestamptz) IS TRUE
),
progress AS MATERIALIZED (
  SELECT r.session_g AS g,
    min(r.created_at) FILTER (WHERE NOT r.outbound AND NOT r.is_opener) AS replied_at,
    count(*) FILTER (WHERE NOT r.outbound OR r.is_sent) AS messages
  FROM timeline AS r
  WHERE r.session_g IS NOT NULL AND (r.created_at >= $49::timestamptz) IS TRUE
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
    p.replied_at,
    p.messages
  FROM attempt AS r
  LEFT JOIN progress AS p ON r.is_opener AND p.g = r.g
),
initiation AS (
  SELECT r.*,
    CASE WHEN NOT r.outbound THEN NULL WHEN r.replied_at IS NOT NULL THEN 'replied' ELSE r.stage END AS status
  FROM session AS r
  WHERE CASE WHEN r.outbound THEN NOT (r.outbound AND NOT r.is_template AND NOT r.is_campaign AND r.in_window = 'open') ELSE coalesce(r.is_referral, false) END
),
initiation_rows AS (
  SELECT coalesce(r.campaign_id, r.template_name || to_char((r.created_at AT TIME ZONE 'UTC' + $1::interval), ' YYYY-MM-DD')) AS send,
    r.outbound,
    r.status,
    r.created_at,
    r.replied_at,
    coalesce(r.account_id, chr(30)) || chr(31) || r.contact_id AS user_key,
    CASE WHEN r.stage = 'failed' THEN (SELECT coalesce($4::jsonb ->> (e.family || ' ' || e.own), $4::jsonb ->> e.own, (SELECT coalesce($4::jsonb ->> (e.family || ' ' || x.cut), $4::jsonb ->> x.cut,
      CASE WHEN e.text ~* $6::text THEN 'window_closed' WHEN e.text ~* $7::text THEN 'recipient_choice' WHEN e.text ~* $8::text THEN 'number_unreachable' WHEN e.family IN ('email') AND e.text ~* $9::text THEN 'account_problem' WHEN e.text ~* $10::text THEN 'recipient_choice' WHEN e.text ~* $11::text THEN 'number_unreachable' WHEN e.family IN ('email') AND e.text ~* $12::text THEN 'number_unreachable' WHEN $13::text IN (e.own, x.cut) AND e.text ~* $14::text THEN 'account_problem' WHEN $15::text IN (e.own, x.cut) AND e.text ~* $16::text THEN 'account_problem' WHEN $17::text IN (e.own, x.cut) AND e.text ~* $18::text THEN 'wrong_destination' WHEN $19::text IN (e.own, x.cut) AND e.text ~* $20::text THEN 'wrong_destination' WHEN e.text ~* $21::text THEN 'wrong_destination' WHEN e.family IN ('whatsapp') AND e.text ~* $22::text THEN 'template_state' WHEN e.family IN ('whatsapp') AND e.text ~* $23::text THEN 'template_parameters' WHEN e.text ~* $24::text THEN 'limit_reached' WHEN e.text ~* $25::text THEN 'account_problem' WHEN e.text ~* $26::text THEN 'media' WHEN e.text ~* $27::text THEN 'server' WHEN e.family IN ('whatsapp') AND e.text ~* $28::text THEN 'template_parameters' END,
      $5::jsonb ->> (e.family || ' ' || e.own), $5::jsonb ->> e.own, $5::jsonb ->> (e.family || ' ' || x.cut), $5::jsonb ->> x.cut, 'unknown') FROM (SELECT (SELECT coalesce(array_to_string(regexp_match(h.t, $29::text, 'i'), ''), array_to_string(regexp_match(h.t, $30::text, 'i'), ''), array_to_string(regexp_match(h.t, $31::text, 'i'), ''), array_to_string(regexp_match(h.t, $32::text, 'i'), '')) FROM (SELECT regexp_replace(left(e.text, 500) COLLATE "C", $33::text, ' ', 'gi') AS t OFFSET 0) AS h) AS cut OFFSET 0) AS x))
    FROM (SELECT CASE WHEN lower(btrim(l.channel)) = ANY ($34::text[]) THEN lower(btrim(l.channel)) ELSE 'whatsapp' END AS family, CASE WHEN r.error_code ~ '^[0-9]{1,7}$' THEN r.error_code ELSE coalesce((SELECT coalesce(array_to_string(regexp_match(h.t, $35::text, 'i'), ''), array_to_string(regexp_match(h.t, $36::text, 'i'), ''), array_to_string(regexp_match(h.t, $37::text, 'i'), ''), array_to_string(regexp_match(h.t, $38::text, 'i'), '')) FROM (SELECT regexp_replace(left(r.error_code, 500) COLLATE "C", $39::text, ' ', 'gi') AS t OFFSET 0) AS h), nullif(btrim(r.error_code, E' \t\r\n'), '')) END AS own, left(r.error_text, 500) COLLATE "C" AS text OFFSET 0) AS e) END AS failure_reason
  FROM initiation AS r
  LEFT JOIN (SELECT * FROM parley.line) AS l ON l.line_id = r.line_id
  WHERE (r.created_at >= $2::timestamptz) IS TRUE AND (r.created_at < $3::timestamptz) IS TRUE
    AND coalesce(r.campaign_id, r.template_name || to_char((r.created_at AT TIME ZONE 'UTC' + $1::interval), ' YYYY-MM-DD')) IS NOT NULL
),
initiation_totals AS (
  SELECT send,
    count(*) FILTER (WHERE f.outbound) AS notifications,
    count(DISTINCT f.user_key) FILTER (WHERE f.outbound) AS notification_users,
    count(*) FILTER (WHERE f.outbound AND f.status = 'failed') AS notifications_failed,
    count(*) FILTER (WHERE f.outbound AND f.status NOT IN ('failed', 'pending')) AS notified,
    count(*) FILTER (WHERE f.outbound AND f.status IN ('delivered', 'read', 'replied')) AS notified_delivered,
    count(*) FILTER (WHERE f.outbound AND f.status IN ('read', 'replied')) AS notified_read,
    count(*) FILTER (WHERE f.outbound AND f.status = 'replied') AS answered,
    min(f.created_at) FILTER (WHERE f.outbound) AS first_sent_at,
    nullif(concat_ws(', ', CASE WHEN count(*) FILTER (WHERE f.failure_reason = 'template_parameters') > 0 THEN 'template_parameters: ' || count(*) FILTER (WHERE f.failure_reason = 'template_parameters') END, CASE WHEN count(*) FILTER (WHERE f.failure_reason = 'limit_reached') > 0 THEN 'limit_reached: ' || count(*) FILTER (WHERE f.failure_reason = 'limit_reached') END, CASE WHEN count(*) FILTER (WHERE f.failure_reason = 'number_unreachable') > 0 THEN 'number_unreachable: ' || count(*) FILTER (WHERE f.failure_reason = 'number_unreachable') END, CASE WHEN count(*) FILTER (WHERE f.failure_reason = 'wrong_destination') > 0 THEN 'wrong_destination: ' || count(*) FILTER (WHERE f.failure_reason = 'wrong_destination') END, CASE WHEN count(*) FILTER (WHERE f.failure_reason = 'window_closed') > 0 THEN 'window_closed: ' || count(*) FILTER (WHERE f.failure_reason = 'window_closed') END, CASE WHEN count(*) FILTER (WHERE f.failure_reason = 'recipient_choice') > 0 THEN 'recipient_choice: ' || count(*) FILTER (WHERE f.failure_reason = 'recipient_choice') END, CASE WHEN count(*) FILTER (WHERE f.failure_reason = 'template_state') > 0 THEN 'template_state: ' || count(*) FILTER (WHERE f.failure_reason = 'template_state') END, CASE WHEN count(*) FILTER (WHERE f.failure_reason = 'account_problem') > 0 THEN 'account_problem: ' || count(*) FILTER (WHERE f.failure_reason = 'account_problem') END, CASE WHEN count(*) FILTER (WHERE f.failure_reason = 'media') > 0 THEN 'media: ' || count(*) FILTER (WHERE f.failure_reason = 'media') END, CASE WHEN count(*) FILTER (WHERE f.failure_reason = 'server') > 0 THEN 'server: ' || count(*) FILTER (WHERE f.failure_reason = 'server') END, CASE WHEN count(*) FILTER (WHERE f.failure_reason = 'unknown') > 0 THEN 'unknown: ' || count(*) FILTER (WHERE f.failure_reason = 'unknown') END), '') AS failure_reasons
  FROM initiation_rows AS f
  GROUP BY send
)
SELECT t.send AS send,
  coalesce(send_entity.name, t.send) AS send_name,
  t.first_sent_at AS first_sent_at,
  coalesce(t.notification_users, 0) AS notification_users,
  coalesce(t.notifications, 0) AS notifications,
  coalesce(t.notified, 0) AS notified,
  coalesce(t.notified_delivered, 0) AS notified_delivered,
  coalesce(t.notified_read, 0) AS notified_read,
  coalesce(t.answered, 0) AS answered,
  coalesce(t.notifications_failed, 0) AS notifications_failed,
  t.failure_reasons AS failure_reasons,
  count(*) OVER () AS total_rows
FROM initiation_totals AS t
LEFT JOIN (SELECT * FROM parley.campaign) AS send_entity ON send_entity.campaign_id = t.send
ORDER BY first_sent_at DESC NULLS LAST, send ASC NULLS LAST, t.send COLLATE "C" NULLS LAST
LIMIT $51::bigint;
