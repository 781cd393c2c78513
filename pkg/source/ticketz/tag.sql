SELECT 'conversation' AS kind, g."ticketId" AS owner_id, t.name
FROM {{table "TicketTags"}} AS g
JOIN {{table "Tags"}} AS t ON t.id = g."tagId"
WHERE true
  AND t."companyId" = $account::int
{{- if has "ContactTags.contactId"}}
UNION ALL
SELECT 'contact', g."contactId", t.name
FROM {{table "ContactTags"}} AS g
JOIN {{table "Tags"}} AS t ON t.id = g."tagId"
WHERE true
  AND t."companyId" = $account::int
{{- else}}{{unknown "contact"}}{{end}}
