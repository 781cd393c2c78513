WITH message_rows AS (
  SELECT width_bucket(r.created_at, $1::timestamptz[]) AS bucket,
    r.line_id AS line,
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
    WHERE m.created_at >= $3::timestamptz AND m.created_at < $4::timestamptz
  ) AS r
  LEFT JOIN (SELECT * FROM parley.line) AS l ON l.line_id = r.line_id
  WHERE (l.channel = ANY ($2::text[]) OR l.channel IS NULL)
),
message_totals AS (
  SELECT bucket,
    line,
    count(*) FILTER (WHERE f.outbound AND f.stage IN ('sent', 'delivered', 'read')) AS messages_sent,
    count(*) FILTER (WHERE f.outbound AND f.stage = 'failed') AS messages_failed
  FROM message_rows AS f
  GROUP BY bucket, line
)
SELECT t.bucket AS time,
  t.line AS line,
  coalesce(line_entity.name, t.line) AS line_name,
  coalesce(t.messages_sent, 0) AS messages_sent,
  (coalesce(t.messages_failed, 0))::float8 / nullif(coalesce(t.messages_failed, 0) + coalesce(t.messages_sent, 0), 0) AS failed_rate
FROM message_totals AS t
LEFT JOIN (SELECT * FROM parley.line) AS line_entity ON line_entity.line_id = t.line
ORDER BY t.bucket, messages_sent DESC NULLS LAST, t.line COLLATE "C" NULLS LAST
LIMIT $5::bigint;
