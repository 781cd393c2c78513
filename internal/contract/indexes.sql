-- The keys of the contract's tables, and the indexes that a report by time or
-- by contact lives on.

ALTER TABLE message ADD PRIMARY KEY (message_id);
ALTER TABLE conversation ADD PRIMARY KEY (conversation_id);
ALTER TABLE contact ADD PRIMARY KEY (contact_id);
ALTER TABLE account ADD PRIMARY KEY (account_id);
ALTER TABLE line ADD PRIMARY KEY (line_id);
ALTER TABLE agent ADD PRIMARY KEY (agent_id);
ALTER TABLE team ADD PRIMARY KEY (team_id);
ALTER TABLE campaign ADD PRIMARY KEY (campaign_id);

CREATE INDEX ON message (created_at);
CREATE INDEX ON message (contact_id, created_at);
CREATE INDEX ON message (conversation_id, created_at);
CREATE INDEX ON conversation (created_at);
CREATE INDEX ON conversation_event (at);
CREATE INDEX ON conversation_event (conversation_id);
CREATE INDEX ON tag (owner_id);
CREATE INDEX ON csat (sent_at);
