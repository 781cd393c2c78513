-- Answers, each to the last survey before it, if one is recorded, and the surveys
-- that nobody has answered.
SELECT u."ticketId" AS conversation_id, t."contactId" AS contact_id, u."userId" AS agent_id,
  {{template "rating.sql"}} AS rating,
  {{if has "TicketTraking.ratingAt"}}(SELECT max(k."ratingAt") FROM {{table "TicketTraking"}} AS k WHERE k."ticketId" = u."ticketId" AND k."ratingAt" <= u."createdAt") AS sent_at,{{end}}
  u."createdAt" AS answered_at
FROM {{table "UserRatings"}} AS u
JOIN {{table "Tickets"}} AS t ON t.id = u."ticketId"
WHERE {{template "rating.sql"}} IS NOT NULL AND t."isGroup" IS NOT TRUE
  AND u."createdAt" >= $since
  AND u."companyId" = $account::int
{{- if feature "surveys"}}
UNION ALL
SELECT k."ticketId", t."contactId", NULL::int, NULL::int, k."ratingAt", NULL::timestamptz
FROM {{table "TicketTraking"}} AS k
JOIN {{table "Tickets"}} AS t ON t.id = k."ticketId"
WHERE k."ratingAt" IS NOT NULL AND t."isGroup" IS NOT TRUE
  AND NOT EXISTS (
    SELECT FROM {{table "UserRatings"}} AS u
    WHERE u."ticketId" = k."ticketId" AND u."createdAt" >= k."ratingAt" AND {{template "rating.sql"}} IS NOT NULL
      AND NOT EXISTS (SELECT FROM {{table "TicketTraking"}} AS n WHERE n."ticketId" = k."ticketId" AND n."ratingAt" > k."ratingAt" AND n."ratingAt" <= u."createdAt"))
  AND k."ratingAt" >= $since
  AND k."ratingAt" < $until
  AND k."companyId" = $account::int
{{- end}}
