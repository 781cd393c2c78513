-- panel 2: Conversations
SELECT CASE WHEN created_at < :from THEN :before ELSE :from END AS time, count(*) AS conversations
FROM bench.conversation WHERE created_at >= :before AND created_at < :to GROUP BY 1;

-- panel 3: Unattended now
SELECT :from AS time, count(*) AS unattended_now FROM bench.conversation WHERE is_unattended;

-- panel 4: First response (median)
SELECT CASE WHEN created_at < :from THEN :before ELSE :from END AS time,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY first_response) AS first_response_time_p50
FROM bench.conversation WHERE created_at >= :before AND created_at < :to GROUP BY 1;

-- panel 5: Resolution time (median)
SELECT CASE WHEN at < :from THEN :before ELSE :from END AS time,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS resolution_time_p50
FROM conversation_event WHERE name = 'resolved' AND at >= :before AND at < :to GROUP BY 1;

-- panel 6: CSAT
SELECT CASE WHEN coalesce(answered_at, sent_at) < :from THEN :before ELSE :from END AS time,
  count(*) FILTER (WHERE rating >= 4)::float8 / nullif(count(*), 0) AS csat_score, count(*) AS csat_responses
FROM csat WHERE rating BETWEEN 1 AND 5 AND coalesce(answered_at, sent_at) >= :before AND coalesce(answered_at, sent_at) < :to GROUP BY 1;

-- panel 7: Conversations by agent
SELECT date_trunc('day', created_at, :zone) AS time, agent_id, count(*) AS conversations
FROM bench.conversation WHERE created_at >= :from AND created_at < :to GROUP BY 1, 2;

-- panel 8: Messages by agent
SELECT date_trunc('day', created_at, :zone) AS time, agent_id, count(*) AS messages_sent
FROM message
WHERE direction = 'outbound' AND author_kind = 'agent' AND bench.sent(status, read_at, delivered_at, failed_at) AND created_at >= :from AND created_at < :to
GROUP BY 1, 2;

-- panel 9: Performance by agent
SELECT agent_id, conversations, conversations_open, conversations_unattended, resolutions, messages,
  first_response_time_p50, first_response_time_p90, resolution_time_p50, csat_score, csat_responses
FROM (
  SELECT coalesce(agent_id, '(none)') AS agent_id, count(*) AS conversations, count(*) FILTER (WHERE is_open) AS conversations_open,
    count(*) FILTER (WHERE is_unattended) AS conversations_unattended,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY first_response) AS first_response_time_p50,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY first_response) AS first_response_time_p90
  FROM bench.conversation WHERE created_at >= :from AND created_at < :to GROUP BY 1) conversations
FULL JOIN (
  SELECT coalesce(agent_id, '(none)') AS agent_id, count(*) AS messages
  FROM message WHERE created_at >= :from AND created_at < :to AND (direction = 'inbound' OR bench.sent(status, read_at, delivered_at, failed_at))
  GROUP BY 1) messages USING (agent_id)
FULL JOIN (
  SELECT coalesce(e.agent_id, c.agent_id, '(none)') AS agent_id, count(*) AS resolutions, percentile_cont(0.5) WITHIN GROUP (ORDER BY e.seconds) AS resolution_time_p50
  FROM conversation_event e LEFT JOIN bench.conversation c USING (conversation_id)
  WHERE e.name = 'resolved' AND e.at >= :from AND e.at < :to GROUP BY 1) resolutions USING (agent_id)
FULL JOIN (
  SELECT coalesce(s.agent_id, c.agent_id, '(none)') AS agent_id, count(*) AS csat_responses, count(*) FILTER (WHERE s.rating >= 4)::float8 / count(*) AS csat_score
  FROM csat s LEFT JOIN bench.conversation c USING (conversation_id)
  WHERE s.rating BETWEEN 1 AND 5 AND coalesce(s.answered_at, s.sent_at) >= :from AND coalesce(s.answered_at, s.sent_at) < :to GROUP BY 1) ratings USING (agent_id);

-- panel 10: Load by hour
SELECT extract(hour FROM created_at AT TIME ZONE :zone)::int::text AS hour_of_day, agent_id, count(*) AS messages_sent
FROM message
WHERE direction = 'outbound' AND author_kind = 'agent' AND bench.sent(status, read_at, delivered_at, failed_at) AND created_at >= :from AND created_at < :to
GROUP BY 1, 2;

-- panel 11: Load by weekday
SELECT hour::text AS hour_of_day, sum(n) FILTER (WHERE weekday = 0) AS "0", sum(n) FILTER (WHERE weekday = 1) AS "1", sum(n) FILTER (WHERE weekday = 2) AS "2",
  sum(n) FILTER (WHERE weekday = 3) AS "3", sum(n) FILTER (WHERE weekday = 4) AS "4", sum(n) FILTER (WHERE weekday = 5) AS "5", sum(n) FILTER (WHERE weekday = 6) AS "6"
FROM (
  SELECT extract(hour FROM created_at AT TIME ZONE :zone)::int AS hour, extract(dow FROM created_at AT TIME ZONE :zone)::int AS weekday, count(*) AS n
  FROM message
  WHERE direction = 'outbound' AND author_kind = 'agent' AND bench.sent(status, read_at, delivered_at, failed_at) AND created_at >= :from AND created_at < :to
  GROUP BY 1, 2) hours
GROUP BY hour;
