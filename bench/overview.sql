-- panel 1: Conversations
SELECT CASE WHEN created_at < :from THEN :before ELSE :from END AS time, count(*) AS conversations
FROM bench.conversation WHERE created_at >= :before AND created_at < :to GROUP BY 1;

-- panel 2: Messages
SELECT CASE WHEN created_at < :from THEN :before ELSE :from END AS time, count(*) AS messages
FROM message WHERE created_at >= :before AND created_at < :to
  AND (direction = 'inbound' OR bench.sent(status, read_at, delivered_at, failed_at)) GROUP BY 1;

-- panel 3: Unattended now
SELECT :from AS time, count(*) AS unattended_now FROM bench.conversation WHERE is_unattended;

-- panel 4: CSAT
SELECT CASE WHEN coalesce(answered_at, sent_at) < :from THEN :before ELSE :from END AS time,
  count(*) FILTER (WHERE rating >= 4)::float8 / nullif(count(*), 0) AS csat_score, count(*) AS csat_responses
FROM csat WHERE rating BETWEEN 1 AND 5 AND coalesce(answered_at, sent_at) >= :before AND coalesce(answered_at, sent_at) < :to GROUP BY 1;

-- panel 5: First response (median)
SELECT CASE WHEN created_at < :from THEN :before ELSE :from END AS time,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY first_response) AS first_response_time_p50
FROM bench.conversation WHERE created_at >= :before AND created_at < :to GROUP BY 1;

-- panel 7: Conversations over time
SELECT date_trunc('day', created_at, :zone) AS time, source, count(*) AS conversations
FROM bench.conversation WHERE created_at >= :from AND created_at < :to GROUP BY 1, 2;

-- panel 8: Conversations by source
SELECT :from AS time, source, count(*) AS conversations
FROM bench.conversation WHERE created_at >= :from AND created_at < :to GROUP BY source;

-- panel 9: Messages sent and received
SELECT date_trunc('day', created_at, :zone) AS time,
  count(*) FILTER (WHERE direction = 'outbound' AND bench.sent(status, read_at, delivered_at, failed_at)) AS messages_sent,
  count(*) FILTER (WHERE direction = 'inbound') AS messages_received
FROM message WHERE created_at >= :from AND created_at < :to GROUP BY 1;

-- panel 10: CSAT over time
SELECT date_trunc('day', coalesce(answered_at, sent_at), :zone) AS time, count(*) FILTER (WHERE rating >= 4)::float8 / nullif(count(*), 0) AS csat_score
FROM csat WHERE rating BETWEEN 1 AND 5 AND coalesce(answered_at, sent_at) >= :from AND coalesce(answered_at, sent_at) < :to GROUP BY 1;

-- panel 11: Peak hours
SELECT hour::text AS hour_of_day, sum(n) FILTER (WHERE weekday = 0) AS "0", sum(n) FILTER (WHERE weekday = 1) AS "1", sum(n) FILTER (WHERE weekday = 2) AS "2",
  sum(n) FILTER (WHERE weekday = 3) AS "3", sum(n) FILTER (WHERE weekday = 4) AS "4", sum(n) FILTER (WHERE weekday = 5) AS "5", sum(n) FILTER (WHERE weekday = 6) AS "6"
FROM (
  SELECT extract(hour FROM created_at AT TIME ZONE :zone)::int AS hour, extract(dow FROM created_at AT TIME ZONE :zone)::int AS weekday, count(*) AS n
  FROM bench.conversation WHERE created_at >= :from AND created_at < :to GROUP BY 1, 2) hours
GROUP BY hour;

-- panel 12: Top tags
SELECT tag.name AS conversation_tag, count(*) AS conversations
FROM bench.conversation c LEFT JOIN tag ON tag.kind = 'conversation' AND tag.owner_id = c.conversation_id
WHERE c.created_at >= :from AND c.created_at < :to GROUP BY 1;

-- panel 13: Top agents
SELECT agent_id, count(*) AS conversations
FROM bench.conversation WHERE created_at >= :from AND created_at < :to GROUP BY 1;
