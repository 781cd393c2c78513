-- The times of the webhooks that arrived too long after their messages or statuses for any
-- report to find these.
SELECT w.at
FROM (
{{template "rows.sql" .}}
) AS w
WHERE EXISTS (
  SELECT FROM jsonb_path_query(w.payload, '$.entry[*].changes[*] ? (!exists(@.field) || @.field == "messages").value') AS v (value)
  CROSS JOIN LATERAL jsonb_path_query(v.value, '$ ? (@.type() == "object").keyvalue() ? (@.key == "messages" || @.key == "statuses")') AS k (list)
  CROSS JOIN LATERAL jsonb_path_query(k.list, '$.value[*]') AS e (item)
  CROSS JOIN LATERAL (SELECT {{.Instant "e.item"}} AS at) AS t
  WHERE {{.Possible "t.at"}}
    AND {{.Moment "t.at"}} < w.received_at - CASE k.list ->> 'key' WHEN 'messages' THEN interval '8 days' ELSE interval '38 days' END)
