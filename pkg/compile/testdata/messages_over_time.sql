WITH message_rows AS (
  SELECT width_bucket(r.created_at, $1::timestamptz[]) AS bucket,
    l.channel AS channel,
    r.outbound,
    r.stage
  FROM (
    SELECT m.created_at, m.line_id, m.message_id, 
      m.direction = 'outbound' AS outbound, 
      CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
        CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
          WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
        CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage
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
