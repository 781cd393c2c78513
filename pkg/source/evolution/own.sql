CASE WHEN {{.}}."key" ->> 'fromMe' IN ('false', 'true') THEN {{.}}."key" ->> 'fromMe' = 'true'
  WHEN lower({{.}}."key" ->> 'fromMe') IN ('true', '1') THEN true
  WHEN lower({{.}}."key" ->> 'fromMe') IN ('false', '0') THEN false
  -- Absent is no; a null, or a key that is no object, says nothing.
  WHEN jsonb_typeof({{.}}."key") = 'object' AND NOT {{.}}."key" ? 'fromMe' THEN false
  END