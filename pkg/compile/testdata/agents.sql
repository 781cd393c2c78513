WITH conversation_base AS (
  SELECT v.conversation_id, v.contact_id, NULL AS named_agent_id, v.created_at AS at, v.account_id, v.line_id, v.team_id, v.agent_id AS assignee_id, v.source, v.status, v.priority, v.created_at, v.first_response_at, v.waiting_since, v.conversation_id IS NOT NULL AS is_described
  FROM (SELECT * FROM parley.conversation) AS v
  WHERE v.created_at >= $3::timestamptz AND v.created_at < $4::timestamptz
),
conversation_thread AS MATERIALIZED (
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
      WHERE m.conversation_id IN (SELECT i.conversation_id FROM conversation_base AS i)
    ) AS r
  ) AS m
  GROUP BY m.conversation_id
),
conversation_response AS MATERIALIZED (
  SELECT e.conversation_id, max(e.at) FILTER (WHERE e.name <> 'bot_handoff') AS answered_at, array_agg(e.at) FILTER (WHERE e.name = 'bot_handoff') AS handoffs,
    (array_agg(e.seconds ORDER BY e.at, e.seconds) FILTER (WHERE e.name = 'first_response' AND e.seconds IS NOT NULL))[1] AS seconds,
    (array_agg(e.business_seconds ORDER BY e.at, e.business_seconds) FILTER (WHERE e.name = 'first_response' AND e.business_seconds IS NOT NULL))[1] AS business_seconds
  FROM (SELECT * FROM parley.conversation_event) AS e
  WHERE CASE WHEN e.name IN ('first_response', 'reply', 'bot_handoff') THEN true END IS NOT NULL AND e.conversation_id IN (SELECT i.conversation_id FROM conversation_base AS i)
  GROUP BY e.conversation_id
),
conversation_event_base AS (
  SELECT e.conversation_id, v.contact_id, e.agent_id AS named_agent_id, e.at, e.name, e.seconds, v.account_id, v.line_id, v.team_id, v.agent_id AS assignee_id, v.source, v.status, v.priority, v.created_at, v.first_response_at, v.waiting_since, v.conversation_id IS NOT NULL AS is_described
  FROM (
    SELECT o.conversation_id, o.agent_id, o.at, o.name, CASE WHEN o.seconds < 0 THEN 0 ELSE o.seconds END AS seconds FROM (SELECT * FROM parley.conversation_event) AS o
    WHERE o.at >= $5::timestamptz AND o.at < $6::timestamptz
  ) AS e
  LEFT JOIN (SELECT * FROM parley.conversation) AS v ON v.conversation_id = e.conversation_id
),
conversation_event_thread AS MATERIALIZED (
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
      WHERE m.conversation_id IN (SELECT i.conversation_id FROM conversation_event_base AS i)
    ) AS r
  ) AS m
  GROUP BY m.conversation_id
),
conversation_event_reopening AS MATERIALIZED (
  SELECT o.conversation_id, array_agg(o.at) AS reopenings
  FROM (SELECT * FROM parley.conversation_event) AS o
  WHERE CASE WHEN o.name = 'reopened' THEN true END IS NOT NULL AND o.conversation_id IN (SELECT i.conversation_id FROM conversation_event_base AS i)
  GROUP BY o.conversation_id
),
csat_answer_base AS (
  SELECT q.conversation_id, coalesce(q.contact_id, v.contact_id) AS contact_id, q.agent_id AS named_agent_id, coalesce(q.answered_at, q.sent_at) AS at, CASE WHEN q.rating BETWEEN 1 AND 5 THEN q.rating END AS rating, q.rating IS NOT NULL OR q.answered_at IS NOT NULL AS is_answered, v.account_id, v.line_id, v.team_id, v.agent_id AS assignee_id, v.source, v.status, v.priority, v.created_at, v.first_response_at, v.waiting_since, v.conversation_id IS NOT NULL AS is_described
  FROM (SELECT * FROM parley.csat) AS q
  LEFT JOIN (SELECT * FROM parley.conversation) AS v ON v.conversation_id = q.conversation_id
  WHERE q.rating BETWEEN 1 AND 5 AND coalesce(q.answered_at, q.sent_at) >= $7::timestamptz AND coalesce(q.answered_at, q.sent_at) < $8::timestamptz
),
csat_answer_thread AS MATERIALIZED (
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
      WHERE m.conversation_id IN (SELECT i.conversation_id FROM csat_answer_base AS i)
    ) AS r
  ) AS m
  GROUP BY m.conversation_id
),
message_rows AS (
  SELECT r.agent_id AS agent,
    r.outbound,
    r.stage
  FROM (
    SELECT m.agent_id, m.created_at, m.message_id, 
      m.direction = 'outbound' AS outbound, 
      CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
        CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
          WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
        CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage
    FROM (SELECT * FROM parley.message) AS m
    WHERE m.created_at >= $1::timestamptz AND m.created_at < $2::timestamptz
  ) AS r
),
message_totals AS (
  SELECT agent,
    count(*) FILTER (WHERE f.outbound AND f.stage IN ('sent', 'delivered', 'read')) AS messages_sent,
    count(*) FILTER (WHERE NOT f.outbound) AS messages_received
  FROM message_rows AS f
  GROUP BY agent
),
conversation_rows AS (
  SELECT coalesce(r.named_agent_id, r.assignee_id, CASE WHEN r.is_described THEN h.last_agent_id END) AS agent,
    r.conversation_id,
    coalesce(r.status = 'open', false) AS is_open,
    r.status = 'open' AND (r.first_response_at IS NULL AND h.first_agent_at IS NULL AND response.answered_at IS NULL OR r.waiting_since IS NOT NULL) AS is_unattended,
    coalesce(CASE WHEN response.seconds < 0 THEN 0 ELSE response.seconds END, CASE WHEN r.first_response_at < r.created_at THEN 0 ELSE extract(epoch FROM r.first_response_at - r.created_at)::float8 END, CASE WHEN h.first_agent_at < coalesce((SELECT max(o.at) FROM unnest(response.handoffs) AS o (at) WHERE o.at < h.first_agent_at), r.created_at) THEN 0 ELSE extract(epoch FROM h.first_agent_at - coalesce((SELECT max(o.at) FROM unnest(response.handoffs) AS o (at) WHERE o.at < h.first_agent_at), r.created_at))::float8 END) AS response_seconds
  FROM conversation_base AS r
  LEFT JOIN conversation_thread AS h ON h.conversation_id = r.conversation_id
  LEFT JOIN conversation_response AS response ON response.conversation_id = r.conversation_id
),
conversation_totals AS (
  SELECT agent,
    count(*) AS conversations,
    count(*) FILTER (WHERE f.is_open) AS conversations_open,
    count(*) FILTER (WHERE f.is_unattended) AS conversations_unattended,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY f.response_seconds) FILTER (WHERE true) AS first_response_time_p50,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY f.response_seconds) FILTER (WHERE true) AS first_response_time_p90
  FROM conversation_rows AS f
  GROUP BY agent
),
conversation_event_rows AS (
  SELECT coalesce(r.named_agent_id, r.assignee_id, CASE WHEN r.is_described THEN h.last_agent_id END) AS agent,
    r.name,
    r.seconds,
    coalesce(r.seconds, CASE WHEN r.at < coalesce((SELECT max(o.at) FROM unnest(reopening.reopenings) AS o (at) WHERE o.at < r.at), r.created_at) THEN 0 ELSE extract(epoch FROM r.at - coalesce((SELECT max(o.at) FROM unnest(reopening.reopenings) AS o (at) WHERE o.at < r.at), r.created_at))::float8 END) AS resolution_seconds
  FROM conversation_event_base AS r
  LEFT JOIN conversation_event_thread AS h ON h.conversation_id = r.conversation_id
  LEFT JOIN conversation_event_reopening AS reopening ON reopening.conversation_id = r.conversation_id
),
conversation_event_totals AS (
  SELECT agent,
    count(*) FILTER (WHERE f.name = 'resolved') AS resolutions,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY f.resolution_seconds) FILTER (WHERE f.name = 'resolved') AS resolution_time_p50
  FROM conversation_event_rows AS f
  GROUP BY agent
),
csat_answer_rows AS (
  SELECT coalesce(r.named_agent_id, r.assignee_id, CASE WHEN r.is_described THEN h.last_agent_id END) AS agent,
    r.rating,
    r.is_answered
  FROM csat_answer_base AS r
  LEFT JOIN csat_answer_thread AS h ON h.conversation_id = r.conversation_id
),
csat_answer_totals AS (
  SELECT agent,
    count(*) AS csat_responses,
    avg(f.rating)::float8 AS csat_average,
    count(*) FILTER (WHERE f.rating >= 4) AS csat_positive
  FROM csat_answer_rows AS f
  GROUP BY agent
),
totals AS (
  SELECT agent, max(messages_sent) AS messages_sent, max(messages_received) AS messages_received, max(conversations) AS conversations, max(conversations_open) AS conversations_open, max(conversations_unattended) AS conversations_unattended, max(first_response_time_p50) AS first_response_time_p50, max(first_response_time_p90) AS first_response_time_p90, max(resolutions) AS resolutions, max(resolution_time_p50) AS resolution_time_p50, max(csat_responses) AS csat_responses, max(csat_average) AS csat_average, max(csat_positive) AS csat_positive
  FROM (
    SELECT agent, messages_sent, messages_received, NULL::bigint AS conversations, NULL::bigint AS conversations_open, NULL::bigint AS conversations_unattended, NULL::float8 AS first_response_time_p50, NULL::float8 AS first_response_time_p90, NULL::bigint AS resolutions, NULL::float8 AS resolution_time_p50, NULL::bigint AS csat_responses, NULL::float8 AS csat_average, NULL::bigint AS csat_positive FROM message_totals
    UNION ALL
    SELECT agent, NULL::bigint AS messages_sent, NULL::bigint AS messages_received, conversations, conversations_open, conversations_unattended, first_response_time_p50, first_response_time_p90, NULL::bigint AS resolutions, NULL::float8 AS resolution_time_p50, NULL::bigint AS csat_responses, NULL::float8 AS csat_average, NULL::bigint AS csat_positive FROM conversation_totals
    UNION ALL
    SELECT agent, NULL::bigint AS messages_sent, NULL::bigint AS messages_received, NULL::bigint AS conversations, NULL::bigint AS conversations_open, NULL::bigint AS conversations_unattended, NULL::float8 AS first_response_time_p50, NULL::float8 AS first_response_time_p90, resolutions, resolution_time_p50, NULL::bigint AS csat_responses, NULL::float8 AS csat_average, NULL::bigint AS csat_positive FROM conversation_event_totals
    UNION ALL
    SELECT agent, NULL::bigint AS messages_sent, NULL::bigint AS messages_received, NULL::bigint AS conversations, NULL::bigint AS conversations_open, NULL::bigint AS conversations_unattended, NULL::float8 AS first_response_time_p50, NULL::float8 AS first_response_time_p90, NULL::bigint AS resolutions, NULL::float8 AS resolution_time_p50, csat_responses, csat_average, csat_positive FROM csat_answer_totals
  ) AS t
  GROUP BY agent
)
SELECT t.agent AS agent,
  coalesce(agent_entity.name, t.agent) AS agent_name,
  coalesce(t.conversations, 0) AS conversations,
  coalesce(t.messages_sent, 0) + coalesce(t.messages_received, 0) AS messages,
  coalesce(t.conversations_open, 0) AS conversations_open,
  coalesce(t.conversations_unattended, 0) AS conversations_unattended,
  coalesce(t.resolutions, 0) AS resolutions,
  t.first_response_time_p50 AS first_response_time_p50,
  t.first_response_time_p90 AS first_response_time_p90,
  t.resolution_time_p50 AS resolution_time_p50,
  t.csat_average AS csat_average,
  (coalesce(t.csat_positive, 0))::float8 / nullif(coalesce(t.csat_responses, 0), 0) AS csat_score,
  coalesce(t.csat_responses, 0) AS csat_responses,
  count(*) OVER () AS total_rows
FROM totals AS t
LEFT JOIN (SELECT * FROM parley.agent) AS agent_entity ON agent_entity.agent_id = t.agent
ORDER BY conversations DESC NULLS LAST, t.agent COLLATE "C" NULLS LAST
LIMIT $9::bigint;
