-- Of messages that are stored more than once: each row with the row that stands for
-- all of them, and that row with what is known of the others. The phone shows one
-- message, whatever the rows' times are. One row may have the contact's LID and
-- another the number; rows of two numbers are messages of two chats. A row stands for
-- the others if it is a message (a stub may come before it) and the first of these
-- with a possible time, of the years 1990 to 2199.
SELECT u.id, g.first, g.jid, CASE WHEN u.id = g.first THEN g.ids END AS ids{{if has "Message.status"}}, g.reached{{end}}
FROM (
  SELECT x."instanceId", x.own, x.key, x.jid, array_agg(DISTINCT x."id") AS ids,
    substr(min(lpad(x."messageTimestamp"::text, 12, '0') || x."id" COLLATE "C") FILTER (WHERE x."messageTimestamp" >= 631152000 AND x."messageTimestamp" < 7258118400 AND {{template "counted.sql" "x"}}), 13) AS first
    {{- if has "Message.status"}}, max(array_position({{template "ranks.sql"}}, upper(btrim(x."status"::text) COLLATE "C"))) AS reached{{end}}
  FROM (
    SELECT d."id", d."instanceId", d."messageType", d."message", d."messageTimestamp", d."key" ->> 'id' AS key, f.own,
      coalesce(n.jid, min(n.jid) OVER (PARTITION BY d."instanceId", d."key" ->> 'id', f.own)) AS jid
      {{- if has "Message.status"}}, d."status"{{end}}
    FROM (
      SELECT array_agg(a."id") AS ids
      FROM {{table "Message"}} AS a
      WHERE {{visible `a."key" ->> 'id'`}} AND hashtextextended(a."key" ->> 'id', 0) IN (
        SELECT hashtextextended(r."key" ->> 'id', 0)
        FROM {{table "Message"}} AS r
        WHERE true
          AND r."messageTimestamp" >= ceil(extract(epoch FROM $since AT TIME ZONE 'UTC'))::bigint
          AND r."messageTimestamp" < ceil(extract(epoch FROM $until AT TIME ZONE 'UTC'))::bigint
          AND {{template "of_contacts.sql" "r"}}
      )
      GROUP BY hashtextextended(a."key" ->> 'id', 0) -- faster than by texts, and nearly as few
      HAVING count(*) > 1
    ) AS t
    CROSS JOIN LATERAL unnest(t.ids) AS e (id)
    JOIN {{table "Message"}} AS d ON d."id" = e.id
    CROSS JOIN LATERAL (SELECT {{template "number.sql" "d"}} AS jid) AS n
    CROSS JOIN LATERAL (SELECT {{template "own.sql" "d"}} AS own) AS f
  ) AS x
  GROUP BY x."instanceId", x.own, x.key, x.jid
) AS g
CROSS JOIN LATERAL unnest(g.ids) AS u (id)