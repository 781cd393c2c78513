WITH message_rows AS (
  SELECT r.account_id AS account,
    r.template_name AS template,
    r.template_language AS language,
    r.template_category AS template_category,
    r.created_at
  FROM (
    SELECT m.account_id, m.created_at, m.message_id, m.template_category, m.template_language, m.template_name, 
      m.direction = 'outbound' AS outbound, 
      CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
        CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
          WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
        CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END AS stage
    FROM (SELECT * FROM parley.message) AS m
    WHERE m.created_at >= $1::timestamptz AND m.created_at < $2::timestamptz
  ) AS r
  WHERE r.outbound
    AND r.template_name IS NOT NULL
),
day AS (
  SELECT account, template, language, template_category, min(f.created_at) AS first_at, max(f.created_at) AS last_at
  FROM message_rows AS f
  GROUP BY account, template, language, template_category, (f.created_at AT TIME ZONE 'UTC')::date
),
variant AS (
  SELECT d.*, coalesce(lag(last_at) OVER (PARTITION BY account, template, language, template_category ORDER BY first_at) >= first_at - $3::interval, false) AS remembered
  FROM day AS d
),
change AS (
  SELECT v.account, v.template, v.language, v.template_category, v.first_at,
    count(k.template) > 0 AS known,
    v.language IS NOT NULL AND count(k.language) > 0 AND NOT coalesce(bool_or(k.language = v.language), false) AS is_language,
    v.template_category IS NOT NULL AND count(k.template_category) FILTER (WHERE v.language IS NULL OR k.language IS NULL OR k.language = v.language) > 0 AND NOT coalesce(bool_or(k.template_category = v.template_category) FILTER (WHERE v.language IS NULL OR k.language IS NULL OR k.language = v.language), false) AS is_category,
    array_agg(DISTINCT k.template_category COLLATE "C") FILTER (WHERE k.template_category IS NOT NULL AND (v.language IS NULL OR k.language IS NULL OR k.language = v.language)) AS categories_before
  FROM variant AS v
  LEFT JOIN day AS k ON k.template = v.template AND k.account IS NOT DISTINCT FROM v.account AND k.first_at < v.first_at AND k.last_at >= v.first_at - $3::interval
  WHERE v.first_at >= $4::timestamptz AND NOT v.remembered
  GROUP BY v.account, v.template, v.language, v.template_category, v.first_at
)
SELECT l.*, count(*) OVER () AS total_rows
FROM (
  SELECT t.first_at, t.account AS account, coalesce(account_entity.name, t.account) AS account_name, t.template, t.language, t.template_category,
    CASE WHEN NOT t.known THEN 'template' WHEN t.is_language THEN 'language' ELSE 'category' END AS change,
    CASE WHEN t.known AND NOT t.is_language THEN t.categories_before END AS categories_before
  FROM change AS t
  LEFT JOIN (SELECT * FROM parley.account) AS account_entity ON account_entity.account_id = t.account
  WHERE (NOT t.known OR t.is_language OR t.is_category)
  ORDER BY t.first_at DESC, t.template COLLATE "C" DESC, t.account COLLATE "C" DESC, t.language COLLATE "C" DESC, t.template_category COLLATE "C" DESC
) AS l
LIMIT $5::bigint;
