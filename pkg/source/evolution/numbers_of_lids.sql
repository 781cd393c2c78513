-- The number of each LID, in one object: it is looked up for every message.
SELECT jsonb_object_agg(l.lid, l.jid) AS jids
FROM (
  SELECT o.jid AS lid, min(n."remoteJid") AS jid
  FROM {{table "IsOnWhatsapp"}} AS n
  CROSS JOIN LATERAL unnest(string_to_array(n."jidOptions", ',')) AS o (jid)
  WHERE o.jid LIKE '%@lid' AND n."remoteJid" LIKE '%@s.whatsapp.net'
  GROUP BY o.jid
) AS l
