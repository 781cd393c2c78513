WITH message_rows AS (
  SELECT extract(dow FROM (r.created_at AT TIME ZONE 'UTC' + $1::interval))::int AS weekday,
    extract(hour FROM (r.created_at AT TIME ZONE 'UTC' + $1::interval))::int AS hour_of_day,
    r.outbound,
    r.stage
  FROM (
    SELECT m.created_at, m.message_id, 
      m.direction = 'outbound' AS outbound, 
      CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
        CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
          WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
        CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage
    FROM (SELECT * FROM parley.message) AS m
    WHERE m.created_at >= $2::timestamptz AND m.created_at < $3::timestamptz
  ) AS r
),
message_totals AS (
  SELECT weekday,
    hour_of_day,
    count(*) FILTER (WHERE f.outbound AND f.stage IN ('sent', 'delivered', 'read')) AS messages_sent,
    count(*) FILTER (WHERE NOT f.outbound) AS messages_received
  FROM message_rows AS f
  GROUP BY weekday, hour_of_day
)
SELECT t.weekday AS weekday,
  t.hour_of_day AS hour_of_day,
  coalesce(t.messages_sent, 0) + coalesce(t.messages_received, 0) AS messages,
  count(*) OVER () AS total_rows
FROM message_totals AS t
ORDER BY t.weekday NULLS LAST, t.hour_of_day NULLS LAST
LIMIT $4::bigint;
