-- The times of the rows that nothing is read of. Whose they are nobody knows: an
-- account sees none.
SELECT w.at
FROM (
  SELECT {{.ReceivedAt}}::text AS at, {{.Payload}} AS payload
  FROM {{table .Table}} AS w
  WHERE {{.ReceivedAt}} IS NOT NULL
    AND {{.ReceivedAt}} >= {{.Moment "$since"}}
    AND $account::text IS NULL
) AS w
WHERE ({{.Readable}}) IS NOT TRUE
