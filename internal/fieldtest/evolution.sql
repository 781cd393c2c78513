-- An instance on a phone.
INSERT INTO "Instance" (id, name, "ownerJid", integration, "clientName")
VALUES ('i1', 'main', '551140000000:7@s.whatsapp.net', 'WHATSAPP-BAILEYS', 'acme');
