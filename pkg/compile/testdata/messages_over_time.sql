WITH message_rows AS (
  SELECT width_bucket(r.created_at, $1::timestamptz[]) AS bucket,
    nullif(l.channel, '') AS channel,
    r.outbound,
    r.stage
  FROM (
    SELECT m.created_at, m.line_id, m.message_id,
      m.direction = 'outbound' AS outbound,
      CASE WHEN m.direction <> 'outbound' THEN NULL
        WHEN lower(m.status) IN ('read', 'played') OR m.read_at IS NOT NULL THEN 'read'
        WHEN lower(m.status) = 'delivered' OR m.delivered_at IS NOT NULL THEN 'delivered'
        WHEN lower(m.status) = 'failed' OR m.failed_at IS NOT NULL THEN 'failed'
        WHEN lower(m.status) IN ('queued', 'pending', 'accepted') THEN 'pending'
        ELSE 'sent' END AS stage
    FROM (SELECT * FROM parley.message) AS m
    WHERE m.created_at >= $2::timestamptz AND m.created_at < $3::timestamptz
  ) AS r
  LEFT JOIN (SELECT * FROM parley.line) AS l ON l.line_id = r.line_id
),
message_totals AS (
  SELECT bucket,
    channel,
    count(*) FILTER (WHERE f.outbound AND f.stage IN ('sent', 'delivered', 'read')) AS messages_sent,
    count(*) FILTER (WHERE NOT f.outbound) AS messages_received
  FROM message_rows AS f
  GROUP BY bucket, channel
)
SELECT t.bucket AS time,
  t.channel AS channel,
  coalesce(t.messages_sent, 0) AS messages_sent,
  coalesce(t.messages_received, 0) AS messages_received,
  (coalesce(t.messages_sent, 0))::float8 / nullif(coalesce(t.messages_received, 0), 0) AS sent_received_ratio
FROM message_totals AS t
ORDER BY t.bucket, messages_sent DESC NULLS LAST, t.channel COLLATE "C" NULLS LAST
LIMIT $4::bigint;
