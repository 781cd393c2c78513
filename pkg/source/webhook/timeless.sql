-- The times of the webhooks with a message or a status that has no possible time.
SELECT w.at
FROM (
{{template "rows.sql" .}}
) AS w
WHERE ({{.Readable}}) IS TRUE AND EXISTS (
  SELECT FROM jsonb_path_query(w.payload, '$.entry[*].changes[*] ? (!exists(@.field) || @.field == "messages").value') AS v (value)
  CROSS JOIN LATERAL jsonb_path_query(v.value, '$ ? (@.type() == "object").keyvalue() ? (@.key == "messages" || @.key == "statuses").value[*]') AS e (item)
  WHERE jsonb_typeof(e.item) = 'object' AND NOT {{.Possible (.Instant "e.item")}})
