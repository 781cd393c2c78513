-- Messages with escapes in their attributes that no text of PostgreSQL can hold.
SELECT m.id::text
FROM {{table "messages"}} AS m
CROSS JOIN LATERAL (SELECT m.content_attributes::text AS original, {{template "clean.sql" "m.content_attributes::text"}} AS body OFFSET 0) AS r
CROSS JOIN LATERAL (SELECT CASE WHEN r.body ~ '^\s*"' AND {{template "readable.sql" "r.body"}} THEN r.body::json #>> '{}' ELSE r.body END AS body OFFSET 0) AS t
WHERE m.message_type IN (0, 1, 3) AND (r.body <> r.original OR {{template "clean.sql" "t.body"}} <> t.body)
  AND m.created_at >= $since AT TIME ZONE 'UTC'
  AND m.account_id = $account::int
