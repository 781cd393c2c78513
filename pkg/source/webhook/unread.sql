-- The times of the webhooks that no report can read.
SELECT w.at
FROM (
{{template "rows.sql" .}}
) AS w
WHERE ({{.Readable}}) IS NOT TRUE
