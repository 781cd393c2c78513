SELECT k.id AS contact_id, k.account_id, coalesce(nullif(btrim(k.name, $blanks), ''), nullif(btrim(k.phone_number, $blanks), ''), k.email) AS name, k.phone_number AS phone,
  {{if has "contacts.country_code"}}coalesce(nullif(btrim(k.country_code, $blanks), ''), k.additional_attributes ->> 'country_code'){{else}}k.additional_attributes ->> 'country_code'{{end}} AS country,
  k.created_at
FROM {{table "contacts"}} AS k
WHERE {{if feature "group contacts"}}k.group_type <> 1{{else}}true{{end}}
  AND k.account_id = $account::int
