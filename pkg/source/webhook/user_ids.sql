-- The user ids that any webhook tells beside a number, in one object.
SELECT jsonb_object_agg(k.number, k.user_id) AS users
FROM (
  SELECT coalesce({{known "j.account_id"}}, '') || '/' || j.number AS number, min(j.user_id) AS user_id
  FROM (
    SELECT n.account_id, {{.Number "n.p"}} AS number, {{.User "n.p"}} AS user_id
    FROM (
      SELECT b.e ->> 'id' AS account_id, jsonb_path_query(b.e, '{{.Changes}}.*[*] ? (({{.TellsUser}}) && !exists(@.direction))') AS p
      FROM (SELECT jsonb_path_query({{.Payload}}, '$.entry[*]') AS e FROM {{table .Table}} AS w) AS b
      WHERE true
        AND b.e ->> 'id' = $account
    ) AS n
  ) AS j
  WHERE j.number IS NOT NULL AND j.user_id IS NOT NULL
  GROUP BY 1
) AS k
