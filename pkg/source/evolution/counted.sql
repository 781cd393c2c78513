{{.}}."messageType" NOT IN {{template "none.sql"}}
  AND NOT ({{.}}."messageType" = 'messageContextInfo' AND ({{.}}."message" @? '$.keyvalue() ? (@.key != "messageContextInfo")') IS NOT TRUE)
  -- The Cloud API stores reactions as texts.
  AND NOT ({{.}}."messageType" = 'conversation' AND {{.}}."message" ? 'reactionMessage')