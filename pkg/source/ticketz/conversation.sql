-- Some settings and versions take the agent off a ticket when it is closed: the
-- last one stays in its rounds.
SELECT t.id AS conversation_id, t."companyId" AS account_id, t."contactId" AS contact_id, t."whatsappId" AS line_id, t."queueId" AS team_id,
  {{if has "TicketTraking.userId"}}coalesce(t."userId", (
    SELECT k."userId" FROM {{table "TicketTraking"}} AS k WHERE k."ticketId" = t.id AND k."userId" IS NOT NULL ORDER BY k.id DESC LIMIT 1)){{else}}t."userId"{{end}} AS agent_id,
  t.id::text AS display_id,{{if has "Tickets.uuid"}} t.uuid::text AS url,{{end}}
  CASE t.status WHEN 'open' THEN 'open' WHEN 'pending' THEN 'pending' WHEN 'closed' THEN 'resolved' END AS status,
  t."createdAt" AS created_at, t."updatedAt" AS updated_at
FROM {{table "Tickets"}} AS t
WHERE t."isGroup" IS NOT TRUE
  AND t."createdAt" >= $since
  AND t."createdAt" < $until
  AND t."companyId" = $account::int
