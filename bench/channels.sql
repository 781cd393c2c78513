-- panel 1: Sessions
SELECT CASE WHEN created_at < :from THEN :before ELSE :from END AS time,
  count(*) FILTER (WHERE initiator = 'business') AS sessions_by_business, count(*) FILTER (WHERE initiator = 'contact') AS sessions_by_contact
FROM bench.session WHERE is_session AND created_at >= :before AND created_at < :to GROUP BY 1;

-- panel 2: Messages
SELECT CASE WHEN created_at < :from THEN :before ELSE :from END AS time,
  count(*) FILTER (WHERE direction = 'outbound' AND bench.sent(status, read_at, delivered_at, failed_at)) AS messages_sent,
  count(*) FILTER (WHERE direction = 'inbound') AS messages_received
FROM message WHERE created_at >= :before AND created_at < :to GROUP BY 1;

-- panel 3: Sent/received
SELECT CASE WHEN created_at < :from THEN :before ELSE :from END AS time,
  count(*) FILTER (WHERE direction = 'outbound' AND bench.sent(status, read_at, delivered_at, failed_at))::float8
    / nullif(count(*) FILTER (WHERE direction = 'inbound'), 0) AS sent_received_ratio
FROM message WHERE created_at >= :before AND created_at < :to GROUP BY 1;

-- panel 5: Sessions by who started them
SELECT date_trunc('day', created_at, :zone) AS time, initiator, count(*) AS sessions
FROM bench.session WHERE is_session AND created_at >= :from AND created_at < :to GROUP BY 1, 2;

-- panel 6: Messages sent and received
SELECT date_trunc('day', created_at, :zone) AS time,
  count(*) FILTER (WHERE direction = 'outbound' AND bench.sent(status, read_at, delivered_at, failed_at)) AS messages_sent,
  count(*) FILTER (WHERE direction = 'inbound') AS messages_received
FROM message WHERE created_at >= :from AND created_at < :to GROUP BY 1;

-- panel 7: Performance by channel
SELECT channel, line_id, sessions_by_business, sessions_by_contact, sessions_free_entry_point, messages_sent, messages_received,
  messages_sent::float8 / nullif(messages_received, 0) AS sent_received_ratio,
  messages_failed::float8 / nullif(messages_failed + messages_sent, 0) AS failed_rate
FROM (
  SELECT line_id, count(*) FILTER (WHERE direction = 'outbound' AND bench.sent(status, read_at, delivered_at, failed_at)) AS messages_sent,
    count(*) FILTER (WHERE direction = 'inbound') AS messages_received,
    count(*) FILTER (WHERE direction = 'outbound' AND (status = 'failed' OR failed_at IS NOT NULL) AND NOT bench.sent(status, read_at, delivered_at, failed_at)) AS messages_failed
  FROM message WHERE created_at >= :from AND created_at < :to GROUP BY line_id) messages
FULL JOIN (
  SELECT line_id, count(*) FILTER (WHERE initiator = 'business') AS sessions_by_business,
    count(*) FILTER (WHERE initiator = 'contact') AS sessions_by_contact, count(*) FILTER (WHERE initiator = 'free_entry_point') AS sessions_free_entry_point
  FROM bench.session WHERE is_session AND created_at >= :from AND created_at < :to GROUP BY line_id) sessions USING (line_id)
LEFT JOIN line USING (line_id);

-- panel 9: Sessions by channel
SELECT time, channel, sum(sessions) AS sessions
FROM (
  SELECT date_trunc('day', created_at, :zone) AS time, line_id, count(*) AS sessions
  FROM bench.session WHERE is_session AND created_at >= :from AND created_at < :to GROUP BY 1, 2) days
LEFT JOIN line USING (line_id) GROUP BY 1, 2;

-- panel 10: Sent/received ratio by channel
SELECT time, channel, sum(sent)::float8 / nullif(sum(received), 0) AS sent_received_ratio
FROM (
  SELECT date_trunc('day', created_at, :zone) AS time, line_id,
    count(*) FILTER (WHERE direction = 'outbound' AND bench.sent(status, read_at, delivered_at, failed_at)) AS sent,
    count(*) FILTER (WHERE direction = 'inbound') AS received
  FROM message WHERE created_at >= :from AND created_at < :to GROUP BY 1, 2) days
LEFT JOIN line USING (line_id) GROUP BY 1, 2;

-- panel 11: Messages sent by channel
SELECT time, channel, sum(sent) AS messages_sent
FROM (
  SELECT date_trunc('day', created_at, :zone) AS time, line_id, count(*) AS sent
  FROM message WHERE direction = 'outbound' AND bench.sent(status, read_at, delivered_at, failed_at) AND created_at >= :from AND created_at < :to GROUP BY 1, 2) days
LEFT JOIN line USING (line_id) GROUP BY 1, 2;

-- panel 12: Messages received by channel
SELECT time, channel, sum(received) AS messages_received
FROM (
  SELECT date_trunc('day', created_at, :zone) AS time, line_id, count(*) AS received
  FROM message WHERE direction = 'inbound' AND created_at >= :from AND created_at < :to GROUP BY 1, 2) days
LEFT JOIN line USING (line_id) GROUP BY 1, 2;
