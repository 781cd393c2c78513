WITH conversation_now_base AS (
  SELECT v.conversation_id, v.contact_id, NULL AS named_agent_id, $1::timestamptz AS at, v.account_id, v.line_id, v.team_id, v.agent_id AS assignee_id, v.source, v.status, v.priority, v.created_at, v.first_response_at, v.waiting_since, v.conversation_id IS NOT NULL AS is_described
  FROM (SELECT * FROM parley.conversation) AS v
),
active AS (
  SELECT r.conversation_id,
    coalesce(r.status = 'open', false) AS is_open
  FROM conversation_now_base AS r
  WHERE r.status = ANY ($2::text[])
),
listed_base AS (
  SELECT v.conversation_id, v.contact_id, NULL AS named_agent_id, v.created_at AS at, v.display_id, v.url, v.account_id, v.line_id, v.team_id, v.agent_id AS assignee_id, v.source, v.status, v.priority, v.created_at, v.first_response_at, v.waiting_since, v.conversation_id IS NOT NULL AS is_described
  FROM (SELECT * FROM parley.conversation) AS v
  WHERE v.conversation_id IN (SELECT a.conversation_id FROM active AS a)
),
listed_thread AS MATERIALIZED (
  SELECT m.conversation_id,
    count(*) FILTER (WHERE NOT m.outbound OR m.stage IN ('sent', 'delivered', 'read')) AS messages,
    min(m.created_at) FILTER (WHERE m.is_agent) AS first_agent_at,
    (array_agg(m.agent_id ORDER BY m.created_at DESC, m.sequence DESC NULLS FIRST, m.outbound DESC, m.message_id COLLATE "C" DESC) FILTER (WHERE m.is_agent AND m.agent_id IS NOT NULL))[1] AS last_agent_id,
    max(m.created_at) FILTER (WHERE NOT m.outbound) AS last_inbound_at,
    (array_agg(NOT m.outbound ORDER BY m.created_at DESC, m.sequence DESC NULLS FIRST, m.outbound DESC, m.message_id COLLATE "C" DESC) FILTER (WHERE NOT m.outbound OR m.is_agent))[1] AS contact_waits,
    (array_agg(CASE WHEN NOT m.outbound THEN 'inbound' WHEN m.author_kind = 'agent' THEN 'inbox' WHEN m.author_kind IN ('bot', 'campaign', 'system') THEN 'flow' ELSE 'other' END ORDER BY m.created_at, m.sequence, m.outbound, m.message_id COLLATE "C"))[1] AS source
  FROM (
    SELECT r.*, r.outbound AND r.author_kind IS NOT DISTINCT FROM 'agent' AND r.stage <> 'failed' AS is_agent
    FROM (
      SELECT m.agent_id, m.author_kind, m.conversation_id, m.created_at, m.message_id, m.sequence, 
        m.direction = 'outbound' AS outbound, 
        CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
          CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
            WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
          CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage
      FROM (SELECT * FROM parley.message) AS m
      WHERE m.conversation_id IN (SELECT i.conversation_id FROM listed_base AS i)
    ) AS r
  ) AS m
  GROUP BY m.conversation_id
),
listed_response AS MATERIALIZED (
  SELECT e.conversation_id, max(e.at) FILTER (WHERE e.name <> 'bot_handoff') AS answered_at, array_agg(e.at) FILTER (WHERE e.name = 'bot_handoff') AS handoffs,
    (array_agg(e.seconds ORDER BY e.at, e.seconds) FILTER (WHERE e.name = 'first_response' AND e.seconds IS NOT NULL))[1] AS seconds,
    (array_agg(e.business_seconds ORDER BY e.at, e.business_seconds) FILTER (WHERE e.name = 'first_response' AND e.business_seconds IS NOT NULL))[1] AS business_seconds
  FROM (SELECT * FROM parley.conversation_event) AS e
  WHERE CASE WHEN e.name IN ('first_response', 'reply', 'bot_handoff') THEN true END IS NOT NULL AND e.conversation_id IN (SELECT i.conversation_id FROM listed_base AS i)
  GROUP BY e.conversation_id
),
page AS (
  SELECT * FROM (
    SELECT r.created_at AS row_sort,
      r.created_at AS row_at,
      r.conversation_id COLLATE "C" AS row_id,
      r.conversation_id AS conversation_id,
      r.created_at AS created_at,
      CASE WHEN NOT r.is_described THEN NULL WHEN r.status = 'open' AND (r.first_response_at IS NULL AND h.first_agent_at IS NULL AND response.answered_at IS NULL OR r.waiting_since IS NOT NULL) THEN 'yes' ELSE 'no' END AS unattended,
      r.contact_id AS contact,
      l.channel AS channel,
      r.line_id AS line,
      CASE WHEN r.is_described THEN coalesce(r.source, h.source, 'other') END AS source,
      coalesce(r.named_agent_id, r.assignee_id, CASE WHEN r.is_described THEN h.last_agent_id END) AS agent,
      coalesce(r.team_id, l.team_id) AS team,
      (SELECT string_agg(DISTINCT g.name COLLATE "C", ', ' ORDER BY g.name COLLATE "C") FROM (SELECT * FROM parley.tag) AS g WHERE g.kind = 'conversation' AND g.name IS NOT NULL AND g.owner_id = r.conversation_id) AS conversation_tag,
      r.priority AS priority,
      coalesce(h.messages, 0) AS message_count,
      coalesce(CASE WHEN response.seconds < 0 THEN 0 ELSE response.seconds END, CASE WHEN r.first_response_at < r.created_at THEN 0 ELSE extract(epoch FROM r.first_response_at - r.created_at)::float8 END, CASE WHEN h.first_agent_at < coalesce((SELECT max(o.at) FROM unnest(response.handoffs) AS o (at) WHERE o.at < h.first_agent_at), r.created_at) THEN 0 ELSE extract(epoch FROM h.first_agent_at - coalesce((SELECT max(o.at) FROM unnest(response.handoffs) AS o (at) WHERE o.at < h.first_agent_at), r.created_at))::float8 END) AS first_response_time,
      ARRAY[r.url, r.account_id, r.conversation_id, r.display_id, r.contact_id, r.line_id] AS link,
      count(*) OVER () AS total
    FROM listed_base AS r
    LEFT JOIN (SELECT * FROM parley.line) AS l ON l.line_id = r.line_id
    LEFT JOIN listed_thread AS h ON h.conversation_id = r.conversation_id
    LEFT JOIN listed_response AS response ON response.conversation_id = r.conversation_id
  ) AS p
  ORDER BY p.row_sort DESC NULLS LAST, p.row_at DESC, p.row_id DESC
  LIMIT $3::bigint
)
SELECT t.conversation_id AS conversation_id,
  coalesce(conversation_id_entity.display_id, t.conversation_id) AS conversation_id_name,
  t.created_at AS created_at,
  t.unattended AS unattended,
  t.contact AS contact,
  coalesce(coalesce(contact_entity.name, contact_entity.phone), t.contact) AS contact_name,
  t.channel AS channel,
  t.line AS line,
  coalesce(line_entity.name, t.line) AS line_name,
  t.source AS source,
  t.agent AS agent,
  coalesce(agent_entity.name, t.agent) AS agent_name,
  t.team AS team,
  coalesce(team_entity.name, t.team) AS team_name,
  t.conversation_tag AS conversation_tag,
  t.priority AS priority,
  t.message_count AS message_count,
  t.first_response_time AS first_response_time,
  t.link AS link,
  t.row_sort::text AS row_sort,
  t.row_at AS row_at,
  t.row_id AS row_id,
  t.total
FROM page AS t
LEFT JOIN (SELECT * FROM parley.conversation) AS conversation_id_entity ON conversation_id_entity.conversation_id = t.conversation_id
LEFT JOIN (SELECT * FROM parley.contact) AS contact_entity ON contact_entity.contact_id = t.contact
LEFT JOIN (SELECT * FROM parley.line) AS line_entity ON line_entity.line_id = t.line
LEFT JOIN (SELECT * FROM parley.agent) AS agent_entity ON agent_entity.agent_id = t.agent
LEFT JOIN (SELECT * FROM parley.team) AS team_entity ON team_entity.team_id = t.team
ORDER BY t.row_sort DESC NULLS LAST, t.row_at DESC, t.row_id DESC;
