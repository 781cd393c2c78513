-- An account, a WhatsApp line and a contact. A view may leave out what a table of the
-- contract must have.
ALTER TABLE message ALTER direction DROP NOT NULL;
INSERT INTO account VALUES ('1', 'Acme');
INSERT INTO line (line_id, name, channel, number) VALUES ('L', 'Main', 'whatsapp', '+551140000000');
INSERT INTO contact (contact_id, account_id, name, phone, country) VALUES ('c1', '1', 'Ana', '+5511900000001', 'BR');
