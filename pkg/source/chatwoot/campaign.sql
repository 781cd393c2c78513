SELECT p.id::text AS campaign_id, p.title AS name
FROM {{table "campaigns"}} AS p
WHERE true
  AND p.account_id = $account::int
