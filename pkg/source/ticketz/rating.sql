CASE
    {{- if feature "ticketz"}} WHEN u."createdAt" >= '2024-10-14' THEN CASE WHEN u.rate >= 1 THEN least(u.rate, 5) END {{- end}}
    {{- if feature "of ten"}} WHEN u.rate >= 0 THEN 1 + round(least(u.rate, 10) * 0.4)::int
    {{- else if or (feature "of three") (feature "ticketz")}} WHEN u.rate = 1 THEN 1 WHEN u.rate = 2 THEN 4 WHEN u.rate >= 3 THEN 5 {{- /* dissatisfied, satisfied, very satisfied */}}
    {{- else}} WHEN u.rate >= 1 THEN least(u.rate, 5)
    {{- end}} END