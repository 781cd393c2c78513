-- Who wrote and who was written to, by the user id or else by the number, with
-- what the webhooks tell: the name of the latest, and the number.
SELECT {{.Contact "p.user_id" "p.wa_id" "p.account_id" (shared "user_ids")}} AS contact_id, min({{known "p.account_id"}}) AS account_id,
  substr(max(p.name), 18) AS name, min(p.phone) AS phone, min(p.country) AS country
FROM (
  SELECT x.account_id,
    {{.User "x.p"}} AS user_id, {{.Number "x.p"}} AS wa_id,
    to_char(extract(epoch FROM x.received_at), 'FM0000000000.000000') || ({{known "x.p #>> '{profile,name}'"}}) AS name,
    '+' || substring({{.Number "x.p"}} FROM '^\d+$') AS phone,
    -- A user id begins with the country.
    substring({{.User "x.p"}} FROM '^([A-Z]{2})\.') AS country
  FROM (
    SELECT c.received_at, c.account_id,
      -- Of one person with two numbers it is the contact's that counts.
      jsonb_path_query(CASE WHEN c.v #>> '{contacts,0,wa_id}' <> c.v #>> '{messages,0,from}' AND c.v #>> '{messages,0,from}' <> '' AND c.v #>> '{contacts,0,wa_id}' <> '' AND {{.One "c.v" "messages" "from"}}
        THEN jsonb_build_object('contacts', c.v -> 'contacts') ELSE c.v END, '{{.People}}') AS p
    FROM (
      SELECT b.received_at, b.e ->> 'id' AS account_id, jsonb_path_query(b.e, '{{.Changes}}') AS v
      FROM (
        SELECT {{.ReceivedAt}} AS received_at, jsonb_path_query({{.Payload}}, '$.entry[*]') AS e
        FROM {{table .Table}} AS w
      ) AS b
      WHERE true
        AND b.e ->> 'id' = $account
    ) AS c
  ) AS x
) AS p
WHERE coalesce(p.user_id, p.wa_id) IS NOT NULL
GROUP BY 1
