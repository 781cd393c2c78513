{{.}}."messageType" NOT IN {{template "none.sql"}}
  -- The Cloud API stores reactions as texts.
  AND NOT ({{.}}."messageType" = 'conversation' AND {{.}}."message" ? 'reactionMessage')