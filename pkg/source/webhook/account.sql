SELECT DISTINCT b.e ->> 'id' AS account_id
FROM (
  SELECT jsonb_path_query({{.Payload}}, '$.entry[*]') AS e
  FROM {{table .Table}} AS w
  WHERE true
    AND {{.ReceivedAt}} >= {{.Moment "$since - interval '1 day'"}}
    AND {{.ReceivedAt}} < {{.Moment "$until + interval '8 days'"}}
) AS b
WHERE {{visible "b.e ->> 'id'"}}
  AND b.e ->> 'id' = $account
