CASE WHEN {{.}}."key" ->> 'remoteJid' LIKE '%@lid' THEN
    substring(coalesce({{.}}."key" ->> 'remoteJidAlt', CASE WHEN {{.}}."key" ->> 'fromMe' = 'false' THEN {{.}}."key" ->> 'senderPn' END) FROM '^(\d+)(?::\d+)?@s\.whatsapp\.net$') || '@s.whatsapp.net'
  WHEN {{.}}."key" ->> 'remoteJid' LIKE ANY ('{%@s.whatsapp.net,%@c.us}') THEN substring({{.}}."key" ->> 'remoteJid' FROM '^\d+') || '@s.whatsapp.net'
  END