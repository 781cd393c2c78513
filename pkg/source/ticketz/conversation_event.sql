-- A ticket has a round for each time that it was opened: the first with the
-- ticket itself, the others are reopenings.{{unknown "first_response"}}{{unknown "reply"}}{{unknown "bot_resolved"}}
SELECT k."ticketId" AS conversation_id, 'resolved' AS name, k."finishedAt" AS at,
  extract(epoch FROM k."finishedAt" - k."createdAt")::float8 AS seconds, k."userId" AS agent_id
FROM {{table "TicketTraking"}} AS k
JOIN {{table "Tickets"}} AS t ON t.id = k."ticketId"
WHERE k."finishedAt" IS NOT NULL AND t."isGroup" IS NOT TRUE
  AND k."finishedAt" >= $since
  AND k."finishedAt" < $until
  AND k."companyId" = $account::int
UNION ALL
SELECT k."ticketId", 'reopened', k."createdAt", NULL::float8, NULL::int
FROM {{table "TicketTraking"}} AS k
JOIN {{table "Tickets"}} AS t ON t.id = k."ticketId"
WHERE k."createdAt" IS NOT NULL AND t."isGroup" IS NOT TRUE
  AND EXISTS (SELECT FROM {{table "TicketTraking"}} AS p WHERE p."ticketId" = k."ticketId" AND p.id < k.id)
  AND k."createdAt" >= $since
  AND k."createdAt" < $until
  AND k."companyId" = $account::int
{{- if has "TicketTraking.chatbotendAt"}}
UNION ALL
-- Versions before May 2026 wrote the end of the chatbot again after the acceptance.
SELECT k."ticketId", 'bot_handoff', k."chatbotendAt", NULL::float8, NULL::int
FROM {{table "TicketTraking"}} AS k
JOIN {{table "Tickets"}} AS t ON t.id = k."ticketId"
WHERE k."chatbotendAt" IS NOT NULL AND (k."startedAt" IS NULL OR k."chatbotendAt" <= k."startedAt") AND t."isGroup" IS NOT TRUE
  AND k."chatbotendAt" >= $since
  AND k."chatbotendAt" < $until
  AND k."companyId" = $account::int
{{- else}}{{unknown "bot_handoff"}}{{end}}
