WITH page AS (
  SELECT * FROM (
    SELECT r.created_at AS row_sort,
      r.created_at AS row_at,
      r.message_id COLLATE "C" AS row_id,
      r.stage AS status,
      CASE WHEN r.outbound THEN 'outbound' ELSE 'inbound' END AS direction,
      l.channel AS channel,
      r.line_id AS line,
      r.contact_id AS contact,
      r.author_kind AS author_kind,
      r.agent_id AS agent,
      r.content_type AS content_type,
      r.template_name AS template,
      r.campaign_id AS campaign,
      CASE WHEN r.stage = 'failed' THEN (SELECT coalesce($1::jsonb ->> (e.family || ' ' || e.own), $1::jsonb ->> e.own, (SELECT coalesce($1::jsonb ->> (e.family || ' ' || x.cut), $1::jsonb ->> x.cut,
        CASE WHEN e.text ~* $3::text THEN 'window_closed' WHEN e.text ~* $4::text THEN 'recipient_choice' WHEN e.text ~* $5::text THEN 'number_unreachable' WHEN e.family IN ('email') AND e.text ~* $6::text THEN 'account_problem' WHEN e.text ~* $7::text THEN 'recipient_choice' WHEN e.text ~* $8::text THEN 'number_unreachable' WHEN e.family IN ('email') AND e.text ~* $9::text THEN 'number_unreachable' WHEN $10::text IN (e.own, x.cut) AND e.text ~* $11::text THEN 'account_problem' WHEN $12::text IN (e.own, x.cut) AND e.text ~* $13::text THEN 'account_problem' WHEN $14::text IN (e.own, x.cut) AND e.text ~* $15::text THEN 'wrong_destination' WHEN $16::text IN (e.own, x.cut) AND e.text ~* $17::text THEN 'wrong_destination' WHEN e.text ~* $18::text THEN 'wrong_destination' WHEN e.family IN ('whatsapp') AND e.text ~* $19::text THEN 'template_state' WHEN e.family IN ('whatsapp') AND e.text ~* $20::text THEN 'template_parameters' WHEN e.text ~* $21::text THEN 'limit_reached' WHEN e.text ~* $22::text THEN 'account_problem' WHEN e.text ~* $23::text THEN 'media' WHEN e.text ~* $24::text THEN 'server' WHEN e.family IN ('whatsapp') AND e.text ~* $25::text THEN 'template_parameters' END,
        $2::jsonb ->> (e.family || ' ' || e.own), $2::jsonb ->> e.own, $2::jsonb ->> (e.family || ' ' || x.cut), $2::jsonb ->> x.cut, 'unknown') FROM (SELECT (SELECT coalesce(array_to_string(regexp_match(h.t, $26::text, 'i'), ''), array_to_string(regexp_match(h.t, $27::text, 'i'), ''), array_to_string(regexp_match(h.t, $28::text, 'i'), ''), array_to_string(regexp_match(h.t, $29::text, 'i'), '')) FROM (SELECT regexp_replace(left(e.text, 500) COLLATE "C", $30::text, ' ', 'gi') AS t OFFSET 0) AS h) AS cut OFFSET 0) AS x))
      FROM (SELECT CASE WHEN lower(btrim(l.channel)) = ANY ($31::text[]) THEN lower(btrim(l.channel)) ELSE 'whatsapp' END AS family, CASE WHEN r.error_code ~ '^[0-9]{1,7}$' THEN r.error_code ELSE coalesce((SELECT coalesce(array_to_string(regexp_match(h.t, $32::text, 'i'), ''), array_to_string(regexp_match(h.t, $33::text, 'i'), ''), array_to_string(regexp_match(h.t, $34::text, 'i'), ''), array_to_string(regexp_match(h.t, $35::text, 'i'), '')) FROM (SELECT regexp_replace(left(r.error_code, 500) COLLATE "C", $36::text, ' ', 'gi') AS t OFFSET 0) AS h), nullif(btrim(r.error_code, E' \t\r\n'), '')) END AS own, left(r.error_text, 500) COLLATE "C" AS text OFFSET 0) AS e) END AS failure_reason,
      CASE WHEN r.stage = 'failed' THEN coalesce(CASE WHEN r.error_code ~ '^[0-9]{1,7}$' THEN r.error_code ELSE coalesce((SELECT coalesce(array_to_string(regexp_match(h.t, $37::text, 'i'), ''), array_to_string(regexp_match(h.t, $38::text, 'i'), ''), array_to_string(regexp_match(h.t, $39::text, 'i'), ''), array_to_string(regexp_match(h.t, $40::text, 'i'), '')) FROM (SELECT regexp_replace(left(r.error_code, 500) COLLATE "C", $41::text, ' ', 'gi') AS t OFFSET 0) AS h), nullif(btrim(r.error_code, E' \t\r\n'), '')) END, (SELECT coalesce(array_to_string(regexp_match(h.t, $42::text, 'i'), ''), array_to_string(regexp_match(h.t, $43::text, 'i'), ''), array_to_string(regexp_match(h.t, $44::text, 'i'), ''), array_to_string(regexp_match(h.t, $45::text, 'i'), '')) FROM (SELECT regexp_replace(left(r.error_text, 500) COLLATE "C", $46::text, ' ', 'gi') AS t OFFSET 0) AS h)) COLLATE "default" END AS failure_code,
      count(*) OVER () AS total
    FROM (
      SELECT m.agent_id, m.author_kind, m.campaign_id, m.contact_id, m.content_type, m.created_at, m.error_code, m.error_text, m.line_id, m.message_id, m.template_name, 
        m.direction = 'outbound' AS outbound, 
        CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
          CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
            WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
          CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage
      FROM (SELECT * FROM parley.message) AS m
      WHERE m.created_at >= $47::timestamptz AND m.created_at < $48::timestamptz
    ) AS r
    LEFT JOIN (SELECT * FROM parley.line) AS l ON l.line_id = r.line_id
  ) AS p
  ORDER BY p.row_sort DESC NULLS LAST, p.row_at DESC, p.row_id DESC
  LIMIT $49::bigint
)
SELECT t.status AS status,
  t.direction AS direction,
  t.channel AS channel,
  t.line AS line,
  coalesce(line_entity.name, t.line) AS line_name,
  t.contact AS contact,
  coalesce(coalesce(contact_entity.name, contact_entity.phone), t.contact) AS contact_name,
  t.author_kind AS author_kind,
  t.agent AS agent,
  coalesce(agent_entity.name, t.agent) AS agent_name,
  t.content_type AS content_type,
  t.template AS template,
  t.campaign AS campaign,
  coalesce(campaign_entity.name, t.campaign) AS campaign_name,
  t.failure_reason AS failure_reason,
  t.failure_code AS failure_code,
  t.row_sort::text AS row_sort,
  t.row_at AS row_at,
  t.row_id AS row_id,
  t.total
FROM page AS t
LEFT JOIN (SELECT * FROM parley.line) AS line_entity ON line_entity.line_id = t.line
LEFT JOIN (SELECT * FROM parley.contact) AS contact_entity ON contact_entity.contact_id = t.contact
LEFT JOIN (SELECT * FROM parley.agent) AS agent_entity ON agent_entity.agent_id = t.agent
LEFT JOIN (SELECT * FROM parley.campaign) AS campaign_entity ON campaign_entity.campaign_id = t.campaign
ORDER BY t.row_sort DESC NULLS LAST, t.row_at DESC, t.row_id DESC;
