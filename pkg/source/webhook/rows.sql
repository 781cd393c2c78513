-- The webhooks that a check looks at. Nobody knows whose they are: an account sees none.
SELECT {{.ReceivedAt}}::text AS at, {{.ReceivedAt}} AS received_at, {{.Payload}} AS payload
FROM {{table .Table}} AS w
WHERE {{.ReceivedAt}} IS NOT NULL
  AND {{.ReceivedAt}} >= {{.Moment "$since"}}
  AND $account::text IS NULL
