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
          WHERE m.created_at >= $50::timestamptz AND m.created_at < $51::timestamptz
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
  WHERE CASE WHEN island_at < $52::timestamptz THEN 1 END = 1 AND CASE WHEN created_at >= $53::timestamptz THEN 1 END = 1
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
            WHERE m.created_at >= $54::timestamptz AND m.created_at < $55::timestamptz
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
  WHERE CASE WHEN island_at < $56::timestamptz THEN 1 END = 1 AND CASE WHEN created_at >= $57::timestamptz THEN 1 END = 1
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
            WHERE m.created_at < $58::timestamptz
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
  WHERE (r.is_opener OR r.is_failed AND r.contact_id IS NOT NULL AND r.session_g IS NULL AND NOT (r.outbound AND NOT r.is_template AND NOT r.is_campaign AND r.in_window = 'open')) AND (r.created_at >= $59::timestamptz) IS TRUE AND (r.created_at < $60::timestamptz) IS TRUE
),
progress AS MATERIALIZED (
  SELECT r.session_g AS g,
    min(r.created_at) FILTER (WHERE NOT r.outbound AND NOT r.is_opener) AS replied_at,
    count(*) FILTER (WHERE NOT r.outbound OR r.is_sent) AS messages
  FROM timeline AS r
  WHERE r.session_g IS NOT NULL AND (r.created_at >= $59::timestamptz) IS TRUE
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
  SELECT CASE WHEN r.stage = 'failed' THEN (SELECT coalesce($1::jsonb ->> (e.family || ' ' || e.own), $1::jsonb ->> e.own, (SELECT coalesce($1::jsonb ->> (e.family || ' ' || x.cut), $1::jsonb ->> x.cut,
      CASE WHEN e.text ~* $3::text THEN 'window_closed' WHEN e.text ~* $4::text THEN 'recipient_choice' WHEN e.text ~* $5::text THEN 'number_unreachable' WHEN e.family IN ('email') AND e.text ~* $6::text THEN 'account_problem' WHEN e.text ~* $7::text THEN 'recipient_choice' WHEN e.text ~* $8::text THEN 'number_unreachable' WHEN e.family IN ('email') AND e.text ~* $9::text THEN 'number_unreachable' WHEN $10::text IN (e.own, x.cut) AND e.text ~* $11::text THEN 'account_problem' WHEN $12::text IN (e.own, x.cut) AND e.text ~* $13::text THEN 'account_problem' WHEN $14::text IN (e.own, x.cut) AND e.text ~* $15::text THEN 'wrong_destination' WHEN $16::text IN (e.own, x.cut) AND e.text ~* $17::text THEN 'wrong_destination' WHEN e.text ~* $18::text THEN 'wrong_destination' WHEN e.family IN ('whatsapp') AND e.text ~* $19::text THEN 'template_state' WHEN e.family IN ('whatsapp') AND e.text ~* $20::text THEN 'template_parameters' WHEN e.text ~* $21::text THEN 'limit_reached' WHEN e.text ~* $22::text THEN 'account_problem' WHEN e.text ~* $23::text THEN 'media' WHEN e.text ~* $24::text THEN 'server' WHEN e.family IN ('whatsapp') AND e.text ~* $25::text THEN 'template_parameters' END,
      $2::jsonb ->> (e.family || ' ' || e.own), $2::jsonb ->> e.own, $2::jsonb ->> (e.family || ' ' || x.cut), $2::jsonb ->> x.cut, 'unknown') FROM (SELECT (SELECT coalesce(array_to_string(regexp_match(h.t, $26::text, 'i'), ''), array_to_string(regexp_match(h.t, $27::text, 'i'), ''), array_to_string(regexp_match(h.t, $28::text, 'i'), ''), array_to_string(regexp_match(h.t, $29::text, 'i'), '')) FROM (SELECT regexp_replace(left(e.text, 500) COLLATE "C", $30::text, ' ', 'gi') AS t OFFSET 0) AS h) AS cut OFFSET 0) AS x))
    FROM (SELECT CASE WHEN lower(btrim(l.channel)) = ANY ($31::text[]) THEN lower(btrim(l.channel)) ELSE 'whatsapp' END AS family, CASE WHEN r.error_code ~ '^[0-9]{1,7}$' THEN r.error_code ELSE coalesce((SELECT coalesce(array_to_string(regexp_match(h.t, $32::text, 'i'), ''), array_to_string(regexp_match(h.t, $33::text, 'i'), ''), array_to_string(regexp_match(h.t, $34::text, 'i'), ''), array_to_string(regexp_match(h.t, $35::text, 'i'), '')) FROM (SELECT regexp_replace(left(r.error_code, 500) COLLATE "C", $36::text, ' ', 'gi') AS t OFFSET 0) AS h), nullif(btrim(r.error_code, E' \t\r\n'), '')) END AS own, left(r.error_text, 500) COLLATE "C" AS text OFFSET 0) AS e) END AS failure_reason,
    CASE WHEN r.stage = 'failed' THEN coalesce(CASE WHEN r.error_code ~ '^[0-9]{1,7}$' THEN r.error_code ELSE coalesce((SELECT coalesce(array_to_string(regexp_match(h.t, $37::text, 'i'), ''), array_to_string(regexp_match(h.t, $38::text, 'i'), ''), array_to_string(regexp_match(h.t, $39::text, 'i'), ''), array_to_string(regexp_match(h.t, $40::text, 'i'), '')) FROM (SELECT regexp_replace(left(r.error_code, 500) COLLATE "C", $41::text, ' ', 'gi') AS t OFFSET 0) AS h), nullif(btrim(r.error_code, E' \t\r\n'), '')) END, (SELECT coalesce(array_to_string(regexp_match(h.t, $42::text, 'i'), ''), array_to_string(regexp_match(h.t, $43::text, 'i'), ''), array_to_string(regexp_match(h.t, $44::text, 'i'), ''), array_to_string(regexp_match(h.t, $45::text, 'i'), '')) FROM (SELECT regexp_replace(left(r.error_text, 500) COLLATE "C", $46::text, ' ', 'gi') AS t OFFSET 0) AS h)) COLLATE "default" END AS failure_code,
    r.line_id AS line,
    r.template_name AS template,
    r.outbound,
    r.status,
    r.created_at,
    r.replied_at,
    coalesce(r.account_id, chr(30)) || chr(31) || r.contact_id AS user_key
  FROM initiation AS r
  LEFT JOIN (SELECT * FROM parley.line) AS l ON l.line_id = r.line_id
  WHERE (r.created_at >= $47::timestamptz) IS TRUE AND (r.created_at < $48::timestamptz) IS TRUE
    AND r.status = ANY ($49::text[])
),
initiation_totals AS (
  SELECT failure_reason,
    failure_code,
    line,
    template,
    count(*) FILTER (WHERE f.outbound AND f.status = 'failed') AS notifications_failed
  FROM initiation_rows AS f
  GROUP BY failure_reason, failure_code, line, template
),
initiation_whole AS (
  SELECT count(*) FILTER (WHERE f.outbound AND f.status = 'failed') AS notifications_failed
  FROM initiation_rows AS f
)
SELECT t.failure_reason AS failure_reason,
  t.failure_code AS failure_code,
  t.line AS line,
  coalesce(line_entity.name, t.line) AS line_name,
  t.template AS template,
  coalesce(t.notifications_failed, 0) AS notifications_failed,
  coalesce(t.notifications_failed, 0)::float8 / nullif(initiation_whole.notifications_failed, 0) AS notifications_failed_share,
  count(*) OVER () AS total_rows
FROM initiation_totals AS t
LEFT JOIN initiation_whole ON true
LEFT JOIN (SELECT * FROM parley.line) AS line_entity ON line_entity.line_id = t.line
ORDER BY notifications_failed DESC NULLS LAST, t.failure_reason COLLATE "C" NULLS LAST, t.failure_code COLLATE "C" NULLS LAST, t.line COLLATE "C" NULLS LAST, t.template COLLATE "C" NULLS LAST
LIMIT $61::bigint;
