-- The numbers that the webhooks name. The message of a time stands in a webhook
-- that came between a day before it and eight days after it.
SELECT x.line_id, max(x.number) AS name, 'whatsapp' AS channel, max(x.number) AS number
FROM (
  SELECT c.m ->> 'phone_number_id' AS line_id, '+' || substring(c.m ->> 'display_phone_number' FROM '\d.*') AS number
  FROM (
    SELECT jsonb_path_query(b.e, '$.changes[*].value.metadata') AS m
    FROM (
      SELECT jsonb_path_query({{.Payload}}, '$.entry[*]') AS e
      FROM {{table .Table}} AS w
      WHERE true
        AND {{.ReceivedAt}} >= {{.Moment "$since - interval '1 day'"}}
        AND {{.ReceivedAt}} < {{.Moment "$until + interval '8 days'"}}
    ) AS b
    WHERE true
      AND b.e ->> 'id' = $account
  ) AS c
) AS x
WHERE {{visible "x.line_id"}}
GROUP BY x.line_id
