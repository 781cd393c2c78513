SELECT i.id AS line_id, i.name,
  CASE i.channel_type
    WHEN 'Channel::Whatsapp' THEN 'whatsapp'
    {{if has "channel_twilio_sms.medium"}}WHEN 'Channel::TwilioSms' THEN CASE t.medium WHEN 1 THEN 'whatsapp' ELSE 'sms' END{{end}}
    WHEN 'Channel::Sms' THEN 'sms'
    WHEN 'Channel::WebWidget' THEN 'webchat'
    WHEN 'Channel::Email' THEN 'email'
    WHEN 'Channel::FacebookPage' THEN 'messenger'
    WHEN 'Channel::Instagram' THEN 'instagram'
    WHEN 'Channel::Telegram' THEN 'telegram'
    WHEN 'Channel::Voice' THEN 'voice'
    ELSE 'other'
  END AS channel,
  coalesce({{if has "channel_whatsapp.phone_number"}}w.phone_number, {{end}}{{if has "channel_twilio_sms.phone_number"}}t.phone_number, {{end}}NULL) AS number{{if has "channel_whatsapp.provider"}},
  -- Forks reach WhatsApp by WhatsApp Web too.
  w.provider{{end}}
FROM {{table "inboxes"}} AS i
{{if has "channel_whatsapp.phone_number"}}LEFT JOIN {{table "channel_whatsapp"}} AS w ON i.channel_type = 'Channel::Whatsapp' AND w.id = i.channel_id{{end}}
{{if has "channel_twilio_sms.medium"}}LEFT JOIN {{table "channel_twilio_sms"}} AS t ON i.channel_type = 'Channel::TwilioSms' AND t.id = i.channel_id{{end}}
WHERE true
  AND i.account_id = $account::int
