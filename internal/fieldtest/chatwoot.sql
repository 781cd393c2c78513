-- An account, a WhatsApp inbox, a contact and an open conversation.
ALTER TABLE conversations ALTER created_at SET DEFAULT '2026-11-10 11:00';
INSERT INTO accounts (id, name) VALUES (1, 'Acme');
INSERT INTO inboxes (id, name, channel_type, timezone) VALUES (1, 'Main', 'Channel::Whatsapp', 'UTC');
INSERT INTO contacts (id, name, phone_number) VALUES (1, 'Ana', '+5511900000001');
INSERT INTO conversations (id, display_id, contact_id) VALUES (1, 1, 1);
