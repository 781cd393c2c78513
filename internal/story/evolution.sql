-- The tables of Evolution API 2.3 that have to do with messages, as its migrations
-- leave them.
CREATE TYPE "InstanceConnectionStatus" AS ENUM ('open', 'close', 'connecting');
CREATE TYPE "DeviceMessage" AS ENUM ('ios', 'android', 'web', 'unknown', 'desktop');
CREATE TYPE "SessionStatus" AS ENUM ('opened', 'closed', 'paused');

CREATE TABLE "Instance" (
  "id" text NOT NULL PRIMARY KEY,
  "name" varchar(255) NOT NULL,
  "connectionStatus" "InstanceConnectionStatus" NOT NULL DEFAULT 'open',
  "ownerJid" varchar(100),
  "profilePicUrl" varchar(500),
  "integration" varchar(100),
  "number" varchar(100),
  "token" varchar(255),
  "clientName" varchar(100),
  "createdAt" timestamp DEFAULT CURRENT_TIMESTAMP,
  "updatedAt" timestamp,
  "profileName" varchar(100),
  "businessId" varchar(100),
  "disconnectionAt" timestamp,
  "disconnectionObject" jsonb,
  "disconnectionReasonCode" integer
);
CREATE UNIQUE INDEX "Instance_name_key" ON "Instance" ("name");

CREATE TABLE "Session" (
  "id" text NOT NULL PRIMARY KEY,
  "sessionId" text NOT NULL UNIQUE REFERENCES "Instance" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  "creds" text,
  "createdAt" timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE "IntegrationSession" (
  "id" text NOT NULL PRIMARY KEY,
  "sessionId" varchar(255) NOT NULL,
  "remoteJid" varchar(100) NOT NULL,
  "pushName" text,
  "status" "SessionStatus" NOT NULL,
  "awaitUser" boolean NOT NULL DEFAULT false,
  "createdAt" timestamp DEFAULT CURRENT_TIMESTAMP,
  "updatedAt" timestamp NOT NULL,
  "instanceId" text NOT NULL REFERENCES "Instance" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  "parameters" jsonb,
  "context" jsonb,
  "botId" text,
  "type" varchar(100)
);

CREATE TABLE "Chat" (
  "id" text NOT NULL PRIMARY KEY,
  "remoteJid" varchar(100) NOT NULL,
  "labels" jsonb,
  "createdAt" timestamp DEFAULT CURRENT_TIMESTAMP,
  "updatedAt" timestamp,
  "instanceId" text NOT NULL REFERENCES "Instance" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  "name" varchar(100),
  "unreadMessages" integer NOT NULL DEFAULT 0
);
CREATE INDEX "Chat_instanceId_idx" ON "Chat" ("instanceId");
CREATE INDEX "Chat_remoteJid_idx" ON "Chat" ("remoteJid");

CREATE TABLE "Contact" (
  "id" text NOT NULL PRIMARY KEY,
  "remoteJid" varchar(100) NOT NULL,
  "pushName" varchar(100),
  "profilePicUrl" varchar(500),
  "createdAt" timestamp DEFAULT CURRENT_TIMESTAMP,
  "updatedAt" timestamp,
  "instanceId" text NOT NULL REFERENCES "Instance" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "Contact_remoteJid_instanceId_key" ON "Contact" ("remoteJid", "instanceId");
CREATE INDEX "Contact_instanceId_idx" ON "Contact" ("instanceId");
CREATE INDEX "Contact_remoteJid_idx" ON "Contact" ("remoteJid");

CREATE TABLE "Message" (
  "id" text NOT NULL PRIMARY KEY,
  "key" jsonb NOT NULL,
  "pushName" varchar(100),
  "participant" varchar(100),
  "messageType" varchar(100) NOT NULL,
  "message" jsonb NOT NULL,
  "contextInfo" jsonb,
  "source" "DeviceMessage" NOT NULL,
  "messageTimestamp" integer NOT NULL,
  "chatwootMessageId" integer,
  "chatwootInboxId" integer,
  "chatwootConversationId" integer,
  "chatwootContactInboxSourceId" varchar(100),
  "chatwootIsRead" boolean,
  "instanceId" text NOT NULL REFERENCES "Instance" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  "webhookUrl" varchar(500),
  "sessionId" text REFERENCES "IntegrationSession" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
  "status" varchar(30)
);
CREATE INDEX "Message_instanceId_idx" ON "Message" ("instanceId");

CREATE TABLE "MessageUpdate" (
  "id" text NOT NULL PRIMARY KEY,
  "keyId" varchar(100) NOT NULL,
  "remoteJid" varchar(100) NOT NULL,
  "fromMe" boolean NOT NULL,
  "participant" varchar(100),
  "pollUpdates" jsonb,
  "status" varchar(30) NOT NULL,
  "messageId" text NOT NULL REFERENCES "Message" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  "instanceId" text NOT NULL REFERENCES "Instance" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "MessageUpdate_instanceId_idx" ON "MessageUpdate" ("instanceId");
CREATE INDEX "MessageUpdate_messageId_idx" ON "MessageUpdate" ("messageId");

CREATE TABLE "Label" (
  "id" text NOT NULL PRIMARY KEY,
  "labelId" varchar(100),
  "name" varchar(100) NOT NULL,
  "color" varchar(100) NOT NULL,
  "predefinedId" varchar(100),
  "createdAt" timestamp DEFAULT CURRENT_TIMESTAMP,
  "updatedAt" timestamp NOT NULL,
  "instanceId" text NOT NULL REFERENCES "Instance" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "Label_labelId_instanceId_key" ON "Label" ("labelId", "instanceId");

CREATE TABLE "Template" (
  "id" text NOT NULL PRIMARY KEY,
  "templateId" varchar(255) NOT NULL UNIQUE,
  "name" varchar(255) NOT NULL UNIQUE,
  "template" jsonb NOT NULL,
  "webhookUrl" varchar(500),
  "createdAt" timestamp DEFAULT CURRENT_TIMESTAMP,
  "updatedAt" timestamp NOT NULL,
  "instanceId" text NOT NULL REFERENCES "Instance" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE "IsOnWhatsapp" (
  "id" text NOT NULL PRIMARY KEY,
  "remoteJid" varchar(100) NOT NULL UNIQUE,
  "jidOptions" text NOT NULL,
  "createdAt" timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt" timestamp NOT NULL,
  "lid" varchar(100)
);

CREATE TABLE "_prisma_migrations" (
  "id" varchar(36) NOT NULL PRIMARY KEY,
  "checksum" varchar(64) NOT NULL,
  "finished_at" timestamptz,
  "migration_name" varchar(255) NOT NULL,
  "logs" text,
  "rolled_back_at" timestamptz,
  "started_at" timestamptz NOT NULL DEFAULT now(),
  "applied_steps_count" integer NOT NULL DEFAULT 0
);
INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name") VALUES ('1', '', '20240609181238_init'), ('2', '', '20250918182355_add_kafka_integration');
