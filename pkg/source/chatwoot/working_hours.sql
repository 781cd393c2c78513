SELECT w.inbox_id AS line_id, i.timezone AS time_zone, w.day_of_week AS weekday,
  CASE WHEN w.open_all_day THEN '00:00' ELSE make_time(w.open_hour, w.open_minutes, 0) END AS opens,
  CASE WHEN w.open_all_day THEN '00:00' ELSE make_time(w.close_hour, w.close_minutes, 0) END AS closes
FROM {{table "working_hours"}} AS w
JOIN {{table "inboxes"}} AS i ON i.id = w.inbox_id
WHERE i.working_hours_enabled AND NOT w.closed_all_day
  AND i.account_id = $account::int
