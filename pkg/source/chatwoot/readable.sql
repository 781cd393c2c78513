{{- /* Whether a text, named by the dot, is JSON. PostgreSQL before 16 cannot say:
       there values are replaced by marks until one is left, four levels deep. */ -}}
{{if feature "checks JSON"}}pg_input_is_valid({{.}}, 'json'){{else -}}
regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace({{.}},
      '"([^"\\[:cntrl:]]|\\(["\\/bfnrt]|u[0-9a-fA-F]{4}))*"', '"', 'g'), '-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|true|false|null', '0', 'g'),
      {{template "nested.sql"}}, '0', 'g'), {{template "nested.sql"}}, '0', 'g'), {{template "nested.sql"}}, '0', 'g'), {{template "nested.sql"}}, '0', 'g') ~ '^\s*[0"]\s*$'
{{- end -}}
