SELECT o.jid AS lid, min(n."remoteJid") AS jid
FROM {{table "IsOnWhatsapp"}} AS n
CROSS JOIN LATERAL unnest(string_to_array(n."jidOptions", ',')) AS o (jid)
WHERE o.jid LIKE '%@lid' AND n."remoteJid" LIKE '%@s.whatsapp.net'
GROUP BY o.jid
