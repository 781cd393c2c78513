CREATE INDEX ON bench.session (created_at) INCLUDE (user_id, status, user_type) WHERE is_notification;
CREATE INDEX ON bench.session (created_at) INCLUDE (origin) WHERE is_initiation;
CREATE INDEX ON bench.session (created_at) INCLUDE (initiator, line_id) WHERE is_session;

-- Rows of conversations: who had it, how it began, and when somebody answered.
CREATE TABLE bench.conversation AS
SELECT c.conversation_id, c.created_at, c.status = 'open' AS is_open,
  coalesce(c.agent_id, written.agent_id) AS agent_id,
  coalesce(c.source, CASE
    WHEN opener.direction = 'inbound' THEN 'inbound'
    WHEN opener.author_kind = 'agent' THEN 'inbox'
    WHEN opener.author_kind IN ('bot', 'campaign', 'system') THEN 'flow'
    ELSE 'other' END) AS source,
  coalesce(response.seconds, extract(epoch FROM coalesce(c.first_response_at - c.created_at, answer.at - coalesce(handoff.at, c.created_at)))) AS first_response,
  c.status = 'open' AND (c.waiting_since IS NOT NULL OR response.conversation_id IS NULL AND c.first_response_at IS NULL AND answer.at IS NULL) AS is_unattended
FROM conversation c
LEFT JOIN LATERAL (
  SELECT m.direction, m.author_kind FROM message m WHERE m.conversation_id = c.conversation_id
  ORDER BY m.created_at, m.sequence LIMIT 1) opener ON true
LEFT JOIN LATERAL (
  SELECT m.agent_id FROM message m
  WHERE c.agent_id IS NULL AND m.conversation_id = c.conversation_id AND m.author_kind = 'agent' AND m.agent_id IS NOT NULL AND m.status IS DISTINCT FROM 'failed'
  ORDER BY m.created_at DESC, m.sequence DESC LIMIT 1) written ON true
LEFT JOIN LATERAL (
  SELECT e.conversation_id, e.seconds FROM conversation_event e
  WHERE e.conversation_id = c.conversation_id AND e.name = 'first_response' AND e.seconds IS NOT NULL
  ORDER BY e.at, e.seconds LIMIT 1) response ON true
LEFT JOIN LATERAL (
  SELECT min(m.created_at) AS at FROM message m
  WHERE response.conversation_id IS NULL AND c.first_response_at IS NULL
    AND m.conversation_id = c.conversation_id AND m.author_kind = 'agent' AND m.direction = 'outbound' AND m.status IS DISTINCT FROM 'failed') answer ON true
LEFT JOIN LATERAL (
  SELECT max(e.at) AS at FROM conversation_event e
  WHERE e.conversation_id = c.conversation_id AND e.name = 'bot_handoff' AND e.at <= answer.at) handoff ON true;

CREATE INDEX ON bench.conversation (created_at) INCLUDE (source, agent_id, is_open, is_unattended, first_response);
CREATE INDEX ON bench.conversation (conversation_id) INCLUDE (agent_id);
CREATE INDEX ON bench.conversation (created_at) WHERE is_unattended;

-- All that counts of messages need, without their texts.
CREATE INDEX ON message (created_at) INCLUDE (direction, status, read_at, delivered_at, failed_at, line_id, author_kind, agent_id);
CREATE INDEX ON conversation_event (at) INCLUDE (seconds, agent_id, conversation_id) WHERE name = 'resolved';
CREATE INDEX ON csat (coalesce(answered_at, sent_at)) INCLUDE (rating, agent_id, conversation_id) WHERE rating BETWEEN 1 AND 5;

-- Whether an outbound message was sent.
CREATE FUNCTION bench.sent(status text, read_at timestamptz, delivered_at timestamptz, failed_at timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  coalesce(status IN ('read', 'played', 'delivered'), false) OR read_at IS NOT NULL OR delivered_at IS NOT NULL
  OR NOT (coalesce(status IN ('failed', 'queued', 'pending', 'accepted'), false) OR failed_at IS NOT NULL);

VACUUM (ANALYZE);
