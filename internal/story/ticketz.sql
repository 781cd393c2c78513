-- The tables of Ticketz that hold tickets and what describes them, with the
-- columns, types, defaults and indexes that its own migrations make (schema of June
-- 2026). Its foreign keys are left out: rows may point to nothing here.

CREATE TABLE "SequelizeMeta" (name varchar(255) NOT NULL PRIMARY KEY);
INSERT INTO "SequelizeMeta" VALUES
  ('20200717133438-create-users.js'), ('20222016014719-add-channel-to-ticket.js'), ('20232016014719-add-column-mediaType-to-ChatMessages.js'),
  ('20250516095500-add-chatbotendat-to-tickettraking.js'), ('20260602120000-add-index-campaignshipping-confirm-lookup.js');

CREATE TABLE "Companies" (
  id serial PRIMARY KEY, name varchar(255) NOT NULL UNIQUE, phone varchar(255), email varchar(255),
  "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL, "planId" integer,
  status boolean DEFAULT true, schedules jsonb DEFAULT '[]', "dueDate" date,
  recurrence varchar(255) DEFAULT '', language varchar(255)
);

CREATE TABLE "Settings" (
  id serial PRIMARY KEY, key varchar(255) NOT NULL, value text NOT NULL,
  "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL, "companyId" integer
);
CREATE INDEX idx_settings_companyid_key ON "Settings" ("companyId", key);

CREATE TABLE "Users" (
  id serial PRIMARY KEY, name varchar(255) NOT NULL, email varchar(255) NOT NULL UNIQUE,
  "passwordHash" varchar(255) NOT NULL, "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL,
  profile varchar(255) DEFAULT 'admin' NOT NULL, "tokenVersion" integer DEFAULT 0 NOT NULL,
  "companyId" integer, super boolean DEFAULT false
);
CREATE INDEX idx_lower_email ON "Users" (lower(email));

CREATE TABLE "Whatsapps" (
  id serial PRIMARY KEY, session text, qrcode text, status varchar(255), battery varchar(255), plugged boolean,
  "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL, name varchar(255) NOT NULL,
  "isDefault" boolean DEFAULT false NOT NULL, retries integer DEFAULT 0 NOT NULL, "greetingMessage" text,
  "companyId" integer, "complationMessage" text, "outOfHoursMessage" text, "ratingMessage" text, token text,
  "farewellMessage" text, provider text DEFAULT 'stable', channel varchar(255) DEFAULT 'whatsapp' NOT NULL,
  "tokenMeta" text, "facebookUserToken" text, "facebookPageUserId" text, "facebookUserId" text, "transferMessage" text,
  language varchar(255),
  CONSTRAINT company_name_constraint UNIQUE ("companyId", name)
);

CREATE TABLE "Queues" (
  id serial PRIMARY KEY, name varchar(255) NOT NULL, color varchar(255) NOT NULL, "greetingMessage" text,
  "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL, "companyId" integer NOT NULL,
  schedules jsonb DEFAULT '[]', "outOfHoursMessage" text, "mediaName" text DEFAULT '', "mediaPath" text DEFAULT '',
  CONSTRAINT "Queues_color_key" UNIQUE (color, "companyId"), CONSTRAINT "Queues_name_key" UNIQUE (name, "companyId")
);

CREATE TABLE "UserQueues" (
  "userId" integer NOT NULL, "queueId" integer NOT NULL, "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL,
  PRIMARY KEY ("userId", "queueId")
);

CREATE TABLE "Contacts" (
  id serial PRIMARY KEY, name varchar(255) NOT NULL, number varchar(255) NOT NULL, "profilePicUrl" varchar(255),
  "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL, email varchar(255) DEFAULT '' NOT NULL,
  "isGroup" boolean DEFAULT false NOT NULL, "companyId" integer NOT NULL, channel text DEFAULT 'whatsapp',
  "disableBot" boolean DEFAULT false, presence varchar(255) DEFAULT 'available', "profileHiresPictureUrl" text,
  language varchar(255),
  CONSTRAINT number_companyid_unique UNIQUE (number, "companyId")
);
CREATE INDEX idx_cont_company_id ON "Contacts" ("companyId");

CREATE TABLE "WhatsappLidMaps" (
  id serial PRIMARY KEY, lid varchar(255) NOT NULL, "companyId" integer NOT NULL, "contactId" integer NOT NULL,
  "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL,
  CONSTRAINT "unique_lid_companyId" UNIQUE (lid, "companyId")
);
CREATE INDEX whatsapp_lid_maps_lid ON "WhatsappLidMaps" (lid);
CREATE INDEX whatsapp_lid_maps_company_id ON "WhatsappLidMaps" ("companyId");

CREATE TABLE "Tickets" (
  id serial PRIMARY KEY, status varchar(255) DEFAULT 'pending' NOT NULL, "lastMessage" text DEFAULT '',
  "contactId" integer, "userId" integer, "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL,
  "whatsappId" integer, "isGroup" boolean DEFAULT false NOT NULL, "unreadMessages" integer, "queueId" integer,
  "companyId" integer NOT NULL, uuid uuid DEFAULT gen_random_uuid(), chatbot boolean DEFAULT false,
  "queueOptionId" integer, channel text DEFAULT 'whatsapp'
);
CREATE INDEX idx_tickets_createdat ON "Tickets" ("createdAt");
CREATE INDEX idx_tickets_updatedat ON "Tickets" ("updatedAt");
CREATE INDEX idx_tickets_contactid_whatsappid ON "Tickets" ("contactId", "whatsappId");
CREATE INDEX idx_tickets_companyid_status_updatedat_id ON "Tickets" ("companyId", status, "updatedAt", id);

CREATE TABLE "Messages" (
  id varchar(255) NOT NULL, body text NOT NULL, ack integer DEFAULT 0 NOT NULL, read boolean DEFAULT false NOT NULL,
  "mediaType" varchar(255), "mediaUrl" varchar(255), "ticketId" integer NOT NULL, "createdAt" timestamptz NOT NULL,
  "updatedAt" timestamptz NOT NULL, "fromMe" boolean DEFAULT false NOT NULL, "isDeleted" boolean DEFAULT false NOT NULL,
  "contactId" integer, "quotedMsgId" varchar(255), "companyId" integer, "remoteJid" text, "dataJson" text,
  participant text, "queueId" integer, channel text DEFAULT 'whatsapp', "isEdited" boolean DEFAULT false NOT NULL,
  "thumbnailUrl" varchar(255), error jsonb,
  CONSTRAINT "Messges_id_ticketId_pk" PRIMARY KEY (id, "ticketId")
);
CREATE INDEX idx_ms_company_id_ticket_id ON "Messages" ("companyId", "ticketId");
CREATE INDEX idx_messages_companyid_contactid ON "Messages" ("companyId", "contactId");
CREATE INDEX idx_messages_ticketid_companyid ON "Messages" ("ticketId", "companyId");
CREATE INDEX idx_messages_id_fromme ON "Messages" (id, "fromMe");
CREATE INDEX idx_messages_ticketid_quotedmsgid ON "Messages" ("ticketId", "quotedMsgId");
CREATE INDEX idx_messages_createdat ON "Messages" ("createdAt");
CREATE INDEX idx_messages_updatedat ON "Messages" ("updatedAt");
CREATE INDEX idx_messages_contactid_fromme_ticketid_createdat ON "Messages" ("contactId", "fromMe", "ticketId", "createdAt");
CREATE INDEX idx_messages_id_companyid ON "Messages" (id, "companyId");

CREATE TABLE "OldMessages" (
  id serial PRIMARY KEY, "messageId" varchar(255) NOT NULL, body text NOT NULL, "createdAt" timestamptz NOT NULL,
  "updatedAt" timestamptz NOT NULL, "ticketId" integer
);

CREATE TABLE "TicketNotes" (
  id serial PRIMARY KEY, note varchar(255) NOT NULL, "userId" integer, "contactId" integer NOT NULL, "ticketId" integer,
  "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL
);

CREATE TABLE "TicketTraking" (
  id serial PRIMARY KEY, "ticketId" integer, "companyId" integer, "whatsappId" integer, "userId" integer,
  "createdAt" timestamptz, "updatedAt" timestamptz, "queuedAt" timestamptz, "startedAt" timestamptz, "finishedAt" timestamptz,
  "ratingAt" timestamptz, rated boolean DEFAULT false, expired boolean DEFAULT false, "chatbotendAt" timestamptz,
  "waitTime" integer GENERATED ALWAYS AS (CASE
    WHEN "chatbotendAt" IS NOT NULL AND "startedAt" IS NOT NULL THEN extract(epoch FROM "startedAt" - "chatbotendAt")
    WHEN "queuedAt" IS NOT NULL AND "startedAt" IS NOT NULL THEN extract(epoch FROM "startedAt" - "queuedAt")
    WHEN "createdAt" IS NOT NULL AND "startedAt" IS NOT NULL THEN extract(epoch FROM "startedAt" - "createdAt")
  END) STORED,
  "serviceTime" integer GENERATED ALWAYS AS (CASE
    WHEN "startedAt" IS NOT NULL AND "finishedAt" IS NOT NULL THEN extract(epoch FROM "finishedAt" - "startedAt")
  END) STORED
);
CREATE INDEX idx_tickettraking_ticketid ON "TicketTraking" ("ticketId");
CREATE INDEX idx_tickettraking_createdat ON "TicketTraking" ("createdAt");
CREATE INDEX idx_tickettraking_updatedat ON "TicketTraking" ("updatedAt");

CREATE TABLE "UserRatings" (
  id serial PRIMARY KEY, "ticketId" integer, "companyId" integer, "userId" integer, rate integer DEFAULT 0,
  "createdAt" timestamptz, "updatedAt" timestamptz
);

CREATE TABLE "Tags" (
  id serial PRIMARY KEY, name varchar(255) NOT NULL, color varchar(255), "companyId" integer NOT NULL,
  "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL, kanban integer
);
CREATE INDEX idx_tg_company_id ON "Tags" ("companyId");

CREATE TABLE "TicketTags" (
  "ticketId" integer NOT NULL, "tagId" integer NOT NULL, "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL,
  CONSTRAINT unique_ticket_tag UNIQUE ("ticketId", "tagId")
);

CREATE TABLE "ContactTags" (
  "contactId" integer NOT NULL, "tagId" integer NOT NULL, "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL,
  CONSTRAINT unique_contact_tag UNIQUE ("contactId", "tagId")
);

CREATE TABLE "ContactListItems" (
  id serial PRIMARY KEY, name varchar(255) NOT NULL, number varchar(255) NOT NULL, email varchar(255),
  "contactListId" integer NOT NULL, "isWhatsappValid" boolean DEFAULT false, "companyId" integer,
  "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL
);
CREATE INDEX idx_ctli_contact_list_id ON "ContactListItems" ("contactListId");

CREATE TABLE "Campaigns" (
  id serial PRIMARY KEY, name varchar(255) NOT NULL, message1 text DEFAULT '', message2 text DEFAULT '', message3 text DEFAULT '',
  message4 text DEFAULT '', message5 text DEFAULT '', "confirmationMessage1" text DEFAULT '', "confirmationMessage2" text DEFAULT '',
  "confirmationMessage3" text DEFAULT '', "confirmationMessage4" text DEFAULT '', "confirmationMessage5" text DEFAULT '',
  status varchar(255), confirmation boolean DEFAULT false, "mediaPath" text, "mediaName" text, "companyId" integer NOT NULL,
  "contactListId" integer, "whatsappId" integer, "scheduledAt" timestamptz, "completedAt" timestamptz,
  "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL
);

CREATE TABLE "CampaignShipping" (
  id serial PRIMARY KEY, "jobId" varchar(255), number varchar(255) NOT NULL, message text NOT NULL, "confirmationMessage" text,
  confirmation boolean, "contactId" integer, "campaignId" integer NOT NULL, "confirmationRequestedAt" timestamptz,
  "confirmedAt" timestamptz, "deliveredAt" timestamptz, "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL
);
CREATE INDEX idx_cpsh_campaign_id ON "CampaignShipping" ("campaignId");
CREATE INDEX idx_cpsh_confirm_lookup ON "CampaignShipping" (number, "campaignId", "createdAt" DESC, id DESC) WHERE "confirmationRequestedAt" IS NOT NULL;
