-- Messages whose attributes are something, and no object.
SELECT m.id::text
FROM {{table "messages"}} AS m
CROSS JOIN LATERAL (SELECT {{template "clean.sql" "m.content_attributes::text"}} AS body OFFSET 0) AS r
CROSS JOIN LATERAL (SELECT CASE WHEN r.body ~ '^\s*"' AND {{template "readable.sql" "r.body"}} THEN r.body::json #>> '{}' ELSE r.body END AS body OFFSET 0) AS t
CROSS JOIN LATERAL (SELECT {{template "clean.sql" "t.body"}} AS body OFFSET 0) AS c
WHERE m.message_type IN (0, 1, 3) AND CASE WHEN coalesce(btrim(c.body, E' \n\t'), '') IN ('', 'null') THEN false WHEN c.body ~ '^\s*\{' THEN NOT ({{template "readable.sql" "c.body"}}) ELSE true END
  AND m.created_at >= $since AT TIME ZONE 'UTC'
  AND m.account_id = $account::int
