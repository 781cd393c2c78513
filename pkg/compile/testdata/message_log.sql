WITH page AS (
  SELECT * FROM (
    SELECT r.created_at AS row_sort,
      r.created_at AS row_at,
      r.message_id COLLATE "C" AS row_id,
      r.stage AS status,
      CASE WHEN r.outbound THEN 'outbound' ELSE 'inbound' END AS direction,
      nullif(l.channel, '') AS channel,
      r.line_id AS line,
      nullif(r.author_kind, '') AS author_kind,
      nullif(r.agent_id, '') AS agent,
      nullif(r.content_type, '') AS content_type,
      nullif(r.template_name, '') AS template,
      nullif(r.campaign_id, '') AS campaign,
      CASE WHEN r.stage = 'failed' THEN CASE WHEN r.error_text ~* ($2::jsonb -> r.error_code ->> 'details') THEN $2::jsonb -> r.error_code ->> 'reason' ELSE coalesce($1::jsonb ->> r.error_code, 'unknown') END END AS failure_reason,
      CASE WHEN r.stage = 'failed' THEN nullif(r.error_code, '') END AS failure_code,
      count(*) OVER () AS total
    FROM (
      SELECT m.agent_id, m.author_kind, m.campaign_id, m.content_type, m.created_at, m.error_code, m.error_text, m.line_id, m.message_id, m.template_name, 
        m.direction = 'outbound' AS outbound, 
        CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
          CASE lower(m.status COLLATE "C") WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
            WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
          CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage
      FROM (SELECT * FROM parley.message) AS m
      WHERE m.created_at >= $3::timestamptz AND m.created_at < $4::timestamptz
    ) AS r
    LEFT JOIN (SELECT * FROM parley.line) AS l ON l.line_id = r.line_id
  ) AS p
  ORDER BY p.row_sort DESC NULLS LAST, p.row_at DESC, p.row_id DESC
  LIMIT $5::bigint
)
SELECT t.status AS status,
  t.direction AS direction,
  t.channel AS channel,
  t.line AS line,
  coalesce(nullif(line_entity.name, ''), t.line) AS line_name,
  t.author_kind AS author_kind,
  t.agent AS agent,
  coalesce(nullif(agent_entity.name, ''), t.agent) AS agent_name,
  t.content_type AS content_type,
  t.template AS template,
  t.campaign AS campaign,
  coalesce(nullif(campaign_entity.name, ''), t.campaign) AS campaign_name,
  t.failure_reason AS failure_reason,
  t.failure_code AS failure_code,
  t.row_sort::text AS row_sort,
  t.row_at AS row_at,
  t.row_id AS row_id,
  t.total
FROM page AS t
LEFT JOIN (SELECT * FROM parley.line) AS line_entity ON line_entity.line_id = t.line
LEFT JOIN (SELECT * FROM parley.agent) AS agent_entity ON agent_entity.agent_id = t.agent
LEFT JOIN (SELECT * FROM parley.campaign) AS campaign_entity ON campaign_entity.campaign_id = t.campaign
ORDER BY t.row_sort DESC NULLS LAST, t.row_at DESC, t.row_id DESC;
