SELECT m."id"
FROM {{table "Message"}} AS m
JOIN {{table "Instance"}} AS i ON i."id" = m."instanceId"
WHERE ({{visible `m."key" ->> 'id'`}}) IS NOT TRUE
  AND m."messageTimestamp" >= ceil(extract(epoch FROM $since AT TIME ZONE 'UTC'))::bigint
  AND i."{{.Account}}" = $account
