-- Several installations may share a database, each under a name of its own.
SELECT DISTINCT i."clientName" AS account_id, i."clientName" AS name
FROM {{table "Instance"}} AS i
WHERE {{visible `i."clientName"`}}
  AND i."{{.Account}}" = $account
