-- Groups are contacts too. A number is a phone's where it is all digits and not
-- one of the ids by which WhatsApp hides phones ("lid").
SELECT c.id AS contact_id, c."companyId" AS account_id, coalesce(nullif(btrim(c.name, $blanks), ''), c.number) AS name,
  CASE WHEN c.number ~ '^[1-9]\d{6,14}$'
    {{if has "Contacts.channel"}}AND coalesce(nullif(c.channel, ''), 'whatsapp') = 'whatsapp'{{end}}
    {{if has "WhatsappLidMaps.lid"}}AND NOT EXISTS (SELECT FROM {{table "WhatsappLidMaps"}} AS l WHERE l.lid = c.number || '@lid' AND l."companyId" = c."companyId"){{end}}
    THEN '+' || c.number END AS phone,
  c."createdAt" AS created_at
FROM {{table "Contacts"}} AS c
WHERE c."isGroup" IS NOT TRUE
  AND c."companyId" = $account::int
