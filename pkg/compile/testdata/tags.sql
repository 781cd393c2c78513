WITH message_rows AS (
  SELECT r.contact_id AS contact_tag_owner,
    r.outbound,
    r.stage
  FROM (
    SELECT m.contact_id, m.created_at, m.message_id, 
      m.direction = 'outbound' AS outbound, 
      CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
        CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
          WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
        CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage
    FROM (SELECT * FROM parley.message) AS m
    WHERE m.created_at >= $3::timestamptz AND m.created_at < $4::timestamptz
  ) AS r
  WHERE NOT EXISTS (SELECT FROM (SELECT * FROM parley.tag) AS g WHERE g.kind = 'contact' AND g.name IS NOT NULL AND g.owner_id = r.contact_id AND g.name = ANY ($2::text[]))
),
message_totals AS (
  SELECT contact_tag,
    count(*) FILTER (WHERE f.outbound AND f.stage IN ('sent', 'delivered', 'read')) AS messages_sent
  FROM message_rows AS f
  LEFT JOIN (SELECT DISTINCT g.owner_id, g.name AS contact_tag FROM (SELECT * FROM parley.tag) AS g WHERE g.kind = 'contact' AND g.name IS NOT NULL) AS contact_tag_values ON contact_tag_values.owner_id = f.contact_tag_owner
  WHERE (contact_tag_values.contact_tag IS NULL OR NOT contact_tag_values.contact_tag = ANY ($1::text[]))
  GROUP BY contact_tag
)
SELECT t.contact_tag AS contact_tag,
  coalesce(t.messages_sent, 0) AS messages_sent,
  count(*) OVER () AS total_rows
FROM message_totals AS t
ORDER BY messages_sent DESC NULLS LAST, t.contact_tag COLLATE "C" NULLS LAST
LIMIT $5::bigint;
