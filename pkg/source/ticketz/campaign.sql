SELECT p.id::text AS campaign_id, p.name
FROM {{table "Campaigns"}} AS p
WHERE true
  AND p."companyId" = $account::int
