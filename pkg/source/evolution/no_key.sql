SELECT m."id"
FROM {{table "Message"}} AS m
JOIN {{table "Instance"}} AS i ON i."id" = m."instanceId"
WHERE coalesce(m."key" ->> 'id', '') = ''
  AND m."messageTimestamp" >= ceil(extract(epoch FROM $since))::bigint
  AND i."{{.Account}}" = $account
