-- Labels of conversations and of contacts. conversations.cached_label_list says
-- the same of the former, where a version keeps it.
SELECT 'conversation' AS kind, g.taggable_id AS owner_id, t.name
FROM {{table "taggings"}} AS g
JOIN {{table "tags"}} AS t ON t.id = g.tag_id
WHERE g.context = 'labels' AND g.taggable_type = 'Conversation'
  AND g.taggable_id IN (SELECT c.id FROM {{table "conversations"}} AS c WHERE c.account_id = $account::int)
UNION ALL
SELECT 'contact', g.taggable_id, t.name
FROM {{table "taggings"}} AS g
JOIN {{table "tags"}} AS t ON t.id = g.tag_id
WHERE g.context = 'labels' AND g.taggable_type = 'Contact'
  AND g.taggable_id IN (SELECT k.id FROM {{table "contacts"}} AS k WHERE k.account_id = $account::int)
