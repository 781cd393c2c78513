-- panel 1: Session starts
SELECT CASE WHEN created_at < :from THEN :before ELSE :from END AS time, count(*) AS initiations
FROM bench.session WHERE is_initiation AND created_at >= :before AND created_at < :to GROUP BY 1;

-- panel 2: Sends
SELECT CASE WHEN created_at < :from THEN :before ELSE :from END AS time, count(*) AS notifications
FROM bench.session WHERE is_notification AND created_at >= :before AND created_at < :to GROUP BY 1;

-- panel 3: Users
SELECT time, count(*) AS notification_users
FROM (
  SELECT DISTINCT CASE WHEN created_at < :from THEN :before ELSE :from END AS time, user_id
  FROM bench.session WHERE is_notification AND created_at >= :before AND created_at < :to) users
GROUP BY 1;

-- panel 4: Referrals
SELECT CASE WHEN created_at < :from THEN :before ELSE :from END AS time, count(*) AS initiations
FROM bench.session
WHERE is_initiation AND created_at >= :before AND created_at < :to AND origin IN ('referred_campaign', 'referred_webchat')
GROUP BY 1;

-- panel 5: Replied
SELECT CASE WHEN created_at < :from THEN :before ELSE :from END AS time,
  count(*) FILTER (WHERE status = 'replied')::float8 / nullif(count(*), 0) AS answer_rate
FROM bench.session
WHERE is_notification AND created_at >= :before AND created_at < :to AND status NOT IN ('failed', 'pending')
GROUP BY 1;

-- panel 6: Failed
SELECT CASE WHEN created_at < :from THEN :before ELSE :from END AS time,
  count(*) FILTER (WHERE status = 'failed')::float8 / nullif(count(*), 0) AS notification_failed_rate
FROM bench.session
WHERE is_notification AND created_at >= :before AND created_at < :to AND status <> 'pending'
GROUP BY 1;

-- panel 7: Users who replied
SELECT count(*) FILTER (WHERE replied) AS answered_users, count(*) FILTER (WHERE notified AND NOT replied) AS unanswered_users,
  count(*) AS notification_users, count(*) FILTER (WHERE notified) AS notified_users
FROM (
  SELECT user_id, bool_or(status = 'replied') AS replied, bool_or(status NOT IN ('failed', 'pending')) AS notified
  FROM bench.session WHERE is_notification AND created_at >= :from AND created_at < :to
  GROUP BY user_id) users;

-- panel 8: Latest status
SELECT :from AS time, status, count(*) AS notifications
FROM bench.session WHERE is_notification AND created_at >= :from AND created_at < :to GROUP BY status;

-- panel 9: New and returning users
SELECT count(*) FILTER (WHERE notified AND new) AS new_users, count(*) FILTER (WHERE notified AND new IS NOT TRUE) AS returning_users,
  count(*) AS notification_users, count(*) FILTER (WHERE notified) AS notified_users
FROM (
  SELECT user_id, bool_or(status NOT IN ('failed', 'pending')) AS notified,
    bool_or(user_type = 'new') FILTER (WHERE status NOT IN ('failed', 'pending')) AS new
  FROM bench.session WHERE is_notification AND created_at >= :from AND created_at < :to
  GROUP BY user_id) users;

-- panel 10: Daily sends by latest status
SELECT date_trunc('day', created_at, :zone) AS time, status, count(*) AS notifications
FROM bench.session WHERE is_notification AND created_at >= :from AND created_at < :to GROUP BY 1, 2;

-- panel 11: Funnel
SELECT stage, stage_reached, stage_reached / nullif(first_value(stage_reached) OVER w, 0)::float8 AS stage_share_of_sent,
  stage_reached / nullif(coalesce(lag(stage_reached) OVER w, stage_reached), 0)::float8 AS stage_share_of_previous
FROM (
  SELECT count(*) AS sent, count(*) FILTER (WHERE status IN ('delivered', 'read', 'replied')) AS delivered,
    count(*) FILTER (WHERE status IN ('read', 'replied')) AS read, count(*) FILTER (WHERE status = 'replied') AS replied
  FROM bench.session
  WHERE is_notification AND created_at >= :from AND created_at < :to AND status NOT IN ('failed', 'pending')) total
CROSS JOIN LATERAL (VALUES (1, 'sent', sent), (2, 'delivered', delivered), (3, 'read', read), (4, 'replied', replied)) AS stages (place, stage, stage_reached)
WINDOW w AS (ORDER BY place);

-- panel 12: Latest sends
SELECT send, min(created_at) AS first_sent_at, count(DISTINCT user_id) AS notification_users,
  count(*) FILTER (WHERE status NOT IN ('failed', 'pending')) AS notified,
  count(*) FILTER (WHERE status IN ('delivered', 'read', 'replied')) AS notified_delivered,
  count(*) FILTER (WHERE status IN ('read', 'replied')) AS notified_read,
  count(*) FILTER (WHERE status = 'replied') AS answered,
  count(*) FILTER (WHERE status = 'failed') AS notifications_failed
FROM bench.session
WHERE is_notification AND send IS NOT NULL AND created_at >= :from AND created_at < :to
GROUP BY send ORDER BY first_sent_at DESC, send COLLATE "C" LIMIT 100;

-- panel 13: Failure reasons
SELECT failure_reason, count(*) AS notifications_failed
FROM bench.session WHERE is_notification AND status = 'failed' AND created_at >= :from AND created_at < :to GROUP BY 1;

-- panel 14: Failed sends
SELECT failure_reason, failure_code, line_id, template, count(*) AS notifications_failed,
  count(*) / sum(count(*)) OVER ()::float8 AS notifications_failed_share
FROM bench.session WHERE is_notification AND status = 'failed' AND created_at >= :from AND created_at < :to GROUP BY 1, 2, 3, 4;

-- panel 15: Templates
SELECT template, count(*) AS notifications, count(DISTINCT user_id) AS notification_users,
  count(*) FILTER (WHERE status IN ('delivered', 'read', 'replied'))::float8 / nullif(count(*) FILTER (WHERE status NOT IN ('failed', 'pending')), 0) AS notified_delivery_rate,
  count(*) FILTER (WHERE status = 'replied')::float8 / nullif(count(*) FILTER (WHERE status NOT IN ('failed', 'pending')), 0) AS answer_rate,
  count(*) FILTER (WHERE status = 'failed')::float8 / nullif(count(*) FILTER (WHERE status <> 'pending'), 0) AS notification_failed_rate
FROM bench.session WHERE is_notification AND created_at >= :from AND created_at < :to GROUP BY 1;

-- panel 16: Latest session starts
SELECT created_at, status, origin, template, line_id, user_type, failure_reason
FROM bench.session WHERE is_initiation AND created_at >= :from AND created_at < :to
ORDER BY created_at DESC LIMIT 100;
