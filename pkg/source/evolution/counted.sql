coalesce(split_part({{.}}."key" ->> 'remoteJid', '@', 2), '') NOT IN ('g.us', 'broadcast', 'newsletter', 'bot')
  AND {{.}}."messageType" NOT IN ('reactionMessage', 'encReactionMessage', 'protocolMessage', 'senderKeyDistributionMessage', 'editedMessage', 'secretEncryptedMessage',
    'pollUpdateMessage', 'pinInChatMessage', 'keepInChatMessage', 'albumMessage', 'unknown')
  -- Reactions by the Cloud API are told as texts.
  AND NOT ({{.}}."messageType" = 'conversation' AND {{.}}."message" ? 'reactionMessage')
