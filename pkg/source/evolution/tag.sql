-- Labels of chats, which are labels of people here.
{{- unknown "conversation"}}
SELECT DISTINCT 'contact' AS kind, {{if feature "lids"}}coalesce({{template "number_of_lid.sql" (shared "numbers_of_lids")}}, a.jid){{else}}a.jid{{end}} AS owner_id, l."name"
FROM {{table "Chat"}} AS c
CROSS JOIN LATERAL jsonb_array_elements_text(CASE WHEN jsonb_typeof(c."labels") = 'array' THEN c."labels" ELSE '[]' END) AS e (label)
JOIN {{table "Label"}} AS l ON l."labelId" = e.label AND l."instanceId" = c."instanceId"
JOIN {{table "Instance"}} AS i ON i."id" = c."instanceId"
CROSS JOIN LATERAL (SELECT {{template "jid.sql" "c.\"remoteJid\"::text"}} AS jid) AS a
WHERE {{template "person.sql" "a.jid"}}
  AND i."{{.Account}}" = $account
