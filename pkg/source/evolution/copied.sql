-- One row of each message that is stored more than once.
SELECT min(m."id") AS id
FROM {{table "Message"}} AS m
JOIN {{table "Instance"}} AS i ON i."id" = m."instanceId"
WHERE {{visible `m."key" ->> 'id'`}}
  AND m."messageTimestamp" >= ceil(extract(epoch FROM $since AT TIME ZONE 'UTC'))::bigint
  AND i."{{.Account}}" = $account
GROUP BY m."instanceId", m."key" ->> 'id', {{template "own.sql" "m"}}
HAVING count(*) > 1
