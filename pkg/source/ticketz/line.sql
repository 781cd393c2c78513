SELECT w.id AS line_id, w.name,
  {{if has "Whatsapps.channel" -}}
  CASE coalesce(nullif(w.channel, ''), 'whatsapp')
    WHEN 'facebook' THEN 'messenger'
    WHEN 'whatsapp' THEN 'whatsapp' WHEN 'instagram' THEN 'instagram' WHEN 'telegram' THEN 'telegram'
    WHEN 'sms' THEN 'sms' WHEN 'webchat' THEN 'webchat' WHEN 'email' THEN 'email'
    ELSE 'other'
  END AS channel
  {{- else}}'whatsapp' AS channel{{end}}
FROM {{table "Whatsapps"}} AS w
WHERE true
  AND w."companyId" = $account::int
