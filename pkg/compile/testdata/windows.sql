WITH timeline AS MATERIALIZED (
  SELECT r.* FROM (
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
          SELECT r.account_id, r.author_kind, r.campaign_id, r.contact_id, r.created_at, r.is_referral, r.line_id, r.message_id, r.origin, r.sequence, r.template_category, r.template_name, r.outbound, r.stage, r.is_call, l.channel
          FROM (
            SELECT m.account_id, m.author_kind, m.campaign_id, m.contact_id, m.created_at, m.is_referral, m.line_id, m.message_id, m.origin, m.sequence, m.template_category, m.template_name, 
              m.direction = 'outbound' AS outbound, 
              CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
                CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
                  WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
                CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage, false AS is_call
            FROM (SELECT * FROM parley.message) AS m
            WHERE m.created_at >= $3::timestamptz AND m.created_at < $4::timestamptz
          ) AS r
          LEFT JOIN (SELECT * FROM parley.line) AS l ON l.line_id = r.line_id
          OFFSET 0
        ) AS r
      ) AS o
      WINDOW earlier AS (PARTITION BY contact_id COLLATE "C", line_id COLLATE "C", account_id COLLATE "C" ORDER BY created_at, sequence, outbound, message_id COLLATE "C" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    ) AS t
    WINDOW so_far AS (PARTITION BY contact_id COLLATE "C", line_id COLLATE "C", account_id COLLATE "C" ORDER BY created_at, sequence, outbound, message_id COLLATE "C" ROWS UNBOUNDED PRECEDING)
  ) AS r
  WHERE NOT r.is_call
),
message_rows AS (
  SELECT r.in_window AS in_window,
    r.outbound,
    r.stage
  FROM timeline AS r
  WHERE (r.created_at >= $1::timestamptz) IS TRUE AND (r.created_at < $2::timestamptz) IS TRUE
),
message_totals AS (
  SELECT in_window,
    count(*) FILTER (WHERE f.outbound AND f.stage IN ('sent', 'delivered', 'read')) AS messages_sent,
    count(*) FILTER (WHERE f.outbound AND f.stage IN ('sent', 'delivered', 'read') AND f.in_window = 'open') AS messages_sent_in_window
  FROM message_rows AS f
  GROUP BY in_window
)
SELECT t.in_window AS in_window,
  (coalesce(t.messages_sent_in_window, 0))::float8 / nullif(coalesce(t.messages_sent, 0), 0) AS sent_in_window_share,
  count(*) OVER () AS total_rows
FROM message_totals AS t
ORDER BY sent_in_window_share DESC NULLS LAST, t.in_window COLLATE "C" NULLS LAST
LIMIT $5::bigint;
