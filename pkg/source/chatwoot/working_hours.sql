-- A day without hours is closed. Hours that no clock has are wrong: then only one of the
-- two is null.
SELECT w.inbox_id AS line_id, i.timezone AS time_zone, w.day_of_week AS weekday,
  CASE WHEN w.closed_all_day THEN NULL WHEN w.open_all_day THEN '00:00' WHEN c.opens_right THEN make_time(w.open_hour, w.open_minutes, 0) END AS opens,
  CASE WHEN w.closed_all_day THEN NULL WHEN w.open_all_day OR NOT c.opens_right THEN '00:00' WHEN c.closes_right THEN make_time(w.close_hour, w.close_minutes, 0) END AS closes
FROM {{table "working_hours"}} AS w
JOIN {{table "inboxes"}} AS i ON i.id = w.inbox_id
CROSS JOIN LATERAL (
  SELECT coalesce(w.open_minutes BETWEEN 0 AND 59 AND w.open_hour * 60 + w.open_minutes BETWEEN 0 AND 1440, false) AS opens_right,
    coalesce(w.close_minutes BETWEEN 0 AND 59 AND w.close_hour * 60 + w.close_minutes BETWEEN 0 AND 1440, false) AS closes_right
) AS c
WHERE i.working_hours_enabled
  AND i.account_id = $account::int
