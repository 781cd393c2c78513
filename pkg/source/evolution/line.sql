SELECT i."id" AS line_id, i."name", CASE i."integration" WHEN 'EVOLUTION' THEN 'other' ELSE 'whatsapp' END AS channel,
  -- Of the Cloud API this is the number's id.
  '+' || substring(CASE WHEN i."integration" = 'WHATSAPP-BUSINESS' THEN NULL ELSE coalesce(i."ownerJid", i."number") END FROM '^\d+') AS number
FROM {{table "Instance"}} AS i
WHERE true
  AND i."{{.Account}}" = $account
