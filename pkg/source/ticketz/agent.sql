-- Those of the company, and those whom its rows cite: who left is named still.
SELECT u.id AS agent_id, u.name
FROM {{table "Users"}} AS u
WHERE true
  AND (u."companyId" = $account::int
  {{if feature "round agents"}}OR u.id IN (SELECT k."userId" FROM {{table "TicketTraking"}} AS k WHERE k."companyId" = $account::int){{end}}
  {{if feature "rating agents"}}OR u.id IN (SELECT r."userId" FROM {{table "UserRatings"}} AS r WHERE r."companyId" = $account::int){{end}}
  {{if feature "writers"}}OR EXISTS (SELECT FROM {{table "Messages"}} AS m WHERE m."userId" = u.id AND m."companyId" = $account::int){{end}}
  OR u.id IN (SELECT t."userId" FROM {{table "Tickets"}} AS t WHERE t."companyId" = $account::int))
