{{- /* JSON, named by the dot, without the escapes that PostgreSQL has no characters for:
       NUL and halves of surrogate pairs. Escaped backslashes and whole pairs stay. */ -}}
CASE WHEN {{.}} ~* '\\u(0000|d[89a-f])' THEN regexp_replace({{.}}, '(\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..)|\\u0000|\\u[dD][89a-fA-F]..', '\1', 'g') ELSE {{.}} END
{{- /**/ -}}
