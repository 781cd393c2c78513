WITH message_rows AS (
  SELECT width_bucket(r.created_at, $1::timestamptz[]) AS bucket,
    r.line_id AS line,
    CASE WHEN r.stage = 'failed' THEN CASE WHEN r.error_text ~* ($3::jsonb -> r.error_code ->> 'details') THEN $3::jsonb -> r.error_code ->> 'reason' ELSE coalesce($2::jsonb ->> r.error_code, 'unknown') END END AS failure_reason,
    r.stage,
    r.created_at
  FROM (
    SELECT m.created_at, m.error_code, m.error_text, m.line_id, m.message_id, 
      m.direction = 'outbound' AS outbound, 
      CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
        CASE lower(m.status COLLATE "C") WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
          WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
        CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage
    FROM (SELECT * FROM parley.message) AS m
    WHERE m.created_at >= $4::timestamptz AND m.created_at < $5::timestamptz
  ) AS r
  WHERE r.outbound
),
part AS (
  SELECT line, bucket, failure_reason,
    count(*) FILTER (WHERE f.stage <> 'pending') AS tried,
    count(*) FILTER (WHERE f.stage = 'failed') AS failed,
    min(f.created_at) FILTER (WHERE f.stage = 'failed') AS started_at,
    max(f.created_at) FILTER (WHERE f.stage = 'failed') AS ended_at
  FROM message_rows AS f
  GROUP BY line, bucket, failure_reason
),
hour AS (
  SELECT line, bucket, bucket - row_number() OVER (PARTITION BY line ORDER BY bucket) AS run,
    sum(tried) AS tried, sum(failed) AS failed, min(started_at) AS started_at, max(ended_at) AS ended_at
  FROM part
  GROUP BY line, bucket
  HAVING sum(failed) >= $6::bigint AND 100 * sum(failed) >= $7::bigint * sum(tried)
),
burst AS (
  SELECT line, run, sum(tried)::bigint AS tried, sum(failed)::bigint AS failed, min(started_at) AS started_at, max(ended_at) AS ended_at
  FROM hour
  GROUP BY line, run
),
reason AS (
  SELECT DISTINCT ON (h.line, h.run) h.line, h.run, p.failure_reason
  FROM hour AS h
  JOIN part AS p ON p.line IS NOT DISTINCT FROM h.line AND p.bucket = h.bucket
  WHERE p.failure_reason IS NOT NULL
  GROUP BY h.line, h.run, p.failure_reason
  ORDER BY h.line, h.run, sum(p.failed) DESC, p.failure_reason COLLATE "C"
)
SELECT t.started_at, t.ended_at, t.line AS line, coalesce(nullif(line_entity.name, ''), t.line) AS line_name, t.failed, t.tried, reason.failure_reason
FROM burst AS t
JOIN reason ON reason.line IS NOT DISTINCT FROM t.line AND reason.run = t.run
LEFT JOIN (SELECT * FROM parley.line) AS line_entity ON line_entity.line_id = t.line
ORDER BY t.started_at DESC, t.line COLLATE "C" DESC
LIMIT $8::bigint;
