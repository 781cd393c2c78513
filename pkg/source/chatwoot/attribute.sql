{{- /* The text of one content attribute, named by the dot. Rows without the word are
       not parsed. content_attributes is an object or a text that holds one, and may
       hold anything else: what cannot be read has no attributes. */ -}}
CASE WHEN m.content_attributes::text LIKE '%{{.}}%' THEN (
    SELECT o.attributes ->> '{{.}}'
    FROM (SELECT {{template "clean.sql" "m.content_attributes::text"}} AS body OFFSET 0) AS r
    CROSS JOIN LATERAL (SELECT CASE WHEN r.body ~ '^\s*"' AND {{template "readable.sql" "r.body"}} THEN r.body::json #>> '{}' ELSE r.body END AS body OFFSET 0) AS t
    CROSS JOIN LATERAL (SELECT {{template "clean.sql" "t.body"}} AS body OFFSET 0) AS c
    CROSS JOIN LATERAL (SELECT CASE WHEN c.body ~ '^\s*\{' AND {{template "readable.sql" "c.body"}} THEN c.body::json END AS attributes OFFSET 0) AS o
  ) END
{{- /**/ -}}
