-- A company, a connection, a contact and an open ticket.
INSERT INTO "Companies" (id, name) VALUES (1, 'Acme');
INSERT INTO "Whatsapps" (id, name) VALUES (1, 'main');
INSERT INTO "Contacts" (id, name, number) VALUES (1, 'Ana', '5511900000001');
INSERT INTO "Tickets" (id, "contactId", "whatsappId") VALUES (1, 1, 1);
