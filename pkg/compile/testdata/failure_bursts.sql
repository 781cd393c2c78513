WITH message_rows AS (
  SELECT width_bucket(r.created_at, $1::timestamptz[]) AS bucket,
    r.line_id AS line,
    CASE WHEN r.stage = 'failed' THEN (SELECT coalesce($2::jsonb ->> (e.family || ' ' || e.own), $2::jsonb ->> e.own, (SELECT coalesce($2::jsonb ->> (e.family || ' ' || x.cut), $2::jsonb ->> x.cut,
      CASE WHEN e.text ~* $4::text THEN 'window_closed' WHEN e.text ~* $5::text THEN 'recipient_choice' WHEN e.text ~* $6::text THEN 'number_unreachable' WHEN e.family IN ('email') AND e.text ~* $7::text THEN 'account_problem' WHEN e.text ~* $8::text THEN 'recipient_choice' WHEN e.text ~* $9::text THEN 'number_unreachable' WHEN e.family IN ('email') AND e.text ~* $10::text THEN 'number_unreachable' WHEN $11::text IN (e.own, x.cut) AND e.text ~* $12::text THEN 'account_problem' WHEN $13::text IN (e.own, x.cut) AND e.text ~* $14::text THEN 'account_problem' WHEN $15::text IN (e.own, x.cut) AND e.text ~* $16::text THEN 'wrong_destination' WHEN $17::text IN (e.own, x.cut) AND e.text ~* $18::text THEN 'wrong_destination' WHEN e.text ~* $19::text THEN 'wrong_destination' WHEN e.family IN ('whatsapp') AND e.text ~* $20::text THEN 'template_state' WHEN e.family IN ('whatsapp') AND e.text ~* $21::text THEN 'template_parameters' WHEN e.text ~* $22::text THEN 'limit_reached' WHEN e.text ~* $23::text THEN 'account_problem' WHEN e.text ~* $24::text THEN 'media' WHEN e.text ~* $25::text THEN 'server' WHEN e.family IN ('whatsapp') AND e.text ~* $26::text THEN 'template_parameters' END,
      $3::jsonb ->> (e.family || ' ' || e.own), $3::jsonb ->> e.own, $3::jsonb ->> (e.family || ' ' || x.cut), $3::jsonb ->> x.cut, 'unknown') FROM (SELECT (SELECT coalesce(array_to_string(regexp_match(h.t, $27::text, 'i'), ''), array_to_string(regexp_match(h.t, $28::text, 'i'), ''), array_to_string(regexp_match(h.t, $29::text, 'i'), ''), array_to_string(regexp_match(h.t, $30::text, 'i'), '')) FROM (SELECT regexp_replace(left(e.text, 500) COLLATE "C", $31::text, ' ', 'gi') AS t OFFSET 0) AS h) AS cut OFFSET 0) AS x))
    FROM (SELECT CASE WHEN lower(btrim(l.channel)) = ANY ($32::text[]) THEN lower(btrim(l.channel)) ELSE 'whatsapp' END AS family, CASE WHEN r.error_code ~ '^[0-9]{1,7}$' THEN r.error_code ELSE coalesce((SELECT coalesce(array_to_string(regexp_match(h.t, $33::text, 'i'), ''), array_to_string(regexp_match(h.t, $34::text, 'i'), ''), array_to_string(regexp_match(h.t, $35::text, 'i'), ''), array_to_string(regexp_match(h.t, $36::text, 'i'), '')) FROM (SELECT regexp_replace(left(r.error_code, 500) COLLATE "C", $37::text, ' ', 'gi') AS t OFFSET 0) AS h), nullif(btrim(r.error_code, E' \t\r\n'), '')) END AS own, left(r.error_text, 500) COLLATE "C" AS text OFFSET 0) AS e) END AS failure_reason,
    r.stage,
    r.created_at
  FROM (
    SELECT m.created_at, m.error_code, m.error_text, m.line_id, m.message_id, 
      m.direction = 'outbound' AS outbound, 
      CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
        CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
          WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
        CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage
    FROM (SELECT * FROM parley.message) AS m
    WHERE m.created_at >= $38::timestamptz AND m.created_at < $39::timestamptz
  ) AS r
  LEFT JOIN (SELECT * FROM parley.line) AS l ON l.line_id = r.line_id
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
  HAVING sum(failed) >= $40::bigint AND 100 * sum(failed) >= $41::bigint * sum(tried)
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
SELECT l.*, count(*) OVER () AS total_rows
FROM (
  SELECT t.started_at, t.ended_at, t.line AS line, coalesce(line_entity.name, t.line) AS line_name, t.failed, t.tried, reason.failure_reason
  FROM burst AS t
  JOIN reason ON reason.line IS NOT DISTINCT FROM t.line AND reason.run = t.run
  LEFT JOIN (SELECT * FROM parley.line) AS line_entity ON line_entity.line_id = t.line
  ORDER BY t.started_at DESC, t.line COLLATE "C" DESC
) AS l
LIMIT $42::bigint;
