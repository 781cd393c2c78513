SELECT w.inbox_id AS line_id, i.timezone AS time_zone, w.day_of_week AS weekday,
  CASE WHEN w.open_all_day THEN '00:00' WHEN w.open_minutes BETWEEN 0 AND 59 AND w.open_hour * 60 + w.open_minutes BETWEEN 0 AND 1440 THEN make_time(w.open_hour, w.open_minutes, 0) END AS opens,
  CASE WHEN w.open_all_day THEN '00:00' WHEN w.close_minutes BETWEEN 0 AND 59 AND w.close_hour * 60 + w.close_minutes BETWEEN 0 AND 1440 THEN make_time(w.close_hour, w.close_minutes, 0) END AS closes
FROM {{table "working_hours"}} AS w
JOIN {{table "inboxes"}} AS i ON i.id = w.inbox_id
WHERE i.working_hours_enabled AND w.closed_all_day IS NOT TRUE
  AND i.account_id = $account::int
