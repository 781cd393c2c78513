-- Whom the instances know, each person once: by the number, or by the LID where
-- that hides it.{{if feature "chat names"}} Evolution forgets a contact's name when it sends a message, or writes
-- the number in its place; the chat keeps it.{{end}}
SELECT DISTINCT ON (p.jid) p.jid AS contact_id, {{known `i."clientName"`}} AS account_id, n.name,
  '+' || substring(p.jid FROM '^(\d+)@s\.whatsapp\.net$') AS phone, c."createdAt" AS created_at
FROM {{table "Contact"}} AS c
JOIN {{table "Instance"}} AS i ON i."id" = c."instanceId"
CROSS JOIN LATERAL (SELECT {{template "jid.sql" "c.\"remoteJid\"::text"}} AS jid) AS a
CROSS JOIN LATERAL (SELECT coalesce({{if feature "lids"}}{{template "number_of_lid.sql" (shared "numbers_of_lids")}}, {{end}}a.jid) AS jid) AS p
{{- if feature "chat names"}}
LEFT JOIN {{table "Chat"}} AS h ON h."instanceId" = c."instanceId" AND h."remoteJid" = c."remoteJid"
{{- end}}
CROSS JOIN LATERAL (
  SELECT coalesce({{if feature "chat names"}}nullif({{known `c."pushName"`}}, split_part(c."remoteJid", '@', 1)), {{known `h."name"`}}, {{end}}{{known `c."pushName"`}}) AS name
) AS n
WHERE {{template "person.sql" "p.jid"}} AND (p.jid = substring(i."ownerJid" FROM '^\d+') || '@s.whatsapp.net') IS NOT TRUE
  AND i."{{.Account}}" = $account
ORDER BY p.jid, n.name IS NULL, c."updatedAt" DESC NULLS LAST, c."id"
