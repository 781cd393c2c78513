-- Hours belong to queues, or to a company and so to all its lines; where a queue
-- of it has some, those of the company are not in force. They are an object with
-- rules and a time zone, or, until 2026, a list of days with two shifts in the
-- application's own zone, which is three hours behind UTC unless it was changed.
-- Days off (overrides) do not repeat with the week and are left out.
WITH schedule AS (
  SELECT q."companyId" AS company_id, NULL::int AS line_id, q.id AS team_id, q.schedules::jsonb AS hours
  FROM {{table "Queues"}} AS q
  WHERE true
    AND q."companyId" = $account::int
  {{- if has "Companies.schedules"}}
  UNION ALL
  SELECT c.id, w.id, NULL::int, c.schedules::jsonb
  FROM {{table "Companies"}} AS c
  JOIN {{table "Whatsapps"}} AS w ON w."companyId" = c.id
  WHERE true
    AND c.id = $account::int
  {{- end}}
), span AS (
  SELECT s.company_id, s.line_id, s.team_id, nullif(s.hours ->> 'timezone', '') AS time_zone, d.day,
    CASE WHEN h ->> 'from' ~ '^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?$' THEN (h ->> 'from')::time END AS opens,
    CASE WHEN h ->> 'to' ~ '^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?$' THEN (h ->> 'to')::time END AS closes
  FROM schedule AS s
  CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(s.hours -> 'weeklyRules') WHEN 'array' THEN s.hours -> 'weeklyRules' ELSE '[]' END) AS r
  CROSS JOIN LATERAL jsonb_array_elements_text(CASE jsonb_typeof(r -> 'days') WHEN 'array' THEN r -> 'days' ELSE '[]' END) AS d(day)
  CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(r -> 'hours') WHEN 'array' THEN r -> 'hours' ELSE '[]' END) AS h
  UNION ALL
  SELECT s.company_id, s.line_id, s.team_id, 'Etc/GMT+3', left(d ->> 'weekdayEn', 3),
    CASE WHEN h.opens ~ '^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?$' THEN h.opens::time END,
    CASE WHEN h.closes ~ '^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?$' THEN h.closes::time END
  FROM schedule AS s
  CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(s.hours) WHEN 'array' THEN s.hours ELSE '[]' END) AS d
  CROSS JOIN LATERAL (VALUES (d ->> 'startTimeA', d ->> 'endTimeA'), (d ->> 'startTimeB', d ->> 'endTimeB'), (d ->> 'startTime', d ->> 'endTime')) AS h(opens, closes)
), hours AS MATERIALIZED (
  SELECT s.company_id, s.line_id, s.team_id, s.time_zone, w.weekday, s.opens, s.closes
  FROM span AS s
  JOIN (VALUES ('sun', 0), ('mon', 1), ('tue', 2), ('wed', 3), ('thu', 4), ('fri', 5), ('sat', 6)) AS w(day, weekday) ON w.day = s.day
  WHERE s.opens < s.closes
), in_force AS MATERIALIZED (
  -- Made once, since every row of a report looks its hours up.
  SELECT h.line_id, h.team_id, h.time_zone, h.weekday, h.opens, h.closes
  FROM hours AS h
  WHERE h.team_id IS NOT NULL OR NOT EXISTS (SELECT FROM hours AS q WHERE q.company_id = h.company_id AND q.team_id IS NOT NULL)
)
SELECT * FROM in_force
