-- The relations of the contract as tables. A team with a home-grown database
-- makes views of the same names and columns instead. Times are instants, ids
-- are text and unique within their relation; what cannot be known is null.
-- Keys and indexes follow in indexes.sql. Where a data source is limited to an
-- account, line, agent, team and campaign need an account_id, too.

CREATE TABLE message (
  message_id          text NOT NULL,
  sequence            bigint,      -- optional: the source's own order, breaks ties of time
  account_id          text,
  subaccount          text,
  conversation_id     text,
  contact_id          text,
  line_id             text,
  direction           text NOT NULL, -- inbound, outbound
  author_kind         text,        -- contact, agent, bot, campaign, system
  agent_id            text,
  created_at          timestamptz NOT NULL,
  content_type        text,        -- text, image …; content_types.csv lists what is no message
  body                text,
  template_name       text,
  template_language   text,
  template_category   text,        -- marketing, utility, authentication, service
  campaign_id         text,
  origin              text,
  correlation_id      text,
  provider_message_id text,
  status              text,        -- queued, pending, accepted, sent, delivered, read, played, failed
  sent_at             timestamptz,
  delivered_at        timestamptz,
  read_at             timestamptz,
  failed_at           timestamptz,
  error_code          text,
  error_text          text,
  is_referral         boolean,
  button_payload      text,
  in_reply_to         text,
  price_usd           numeric,     -- optional: what the provider charged
  billable            boolean,     -- optional: the provider's word on the charge, and its price
  pricing_type        text,        -- optional: regular, free_customer_service, free_entry_point
  pricing_model       text,        -- optional: PMP (per message), CBP (per conversation)
  pricing_category    text,        -- optional: the category that the provider billed
  updated_at          timestamptz
);

CREATE TABLE conversation (
  conversation_id   text NOT NULL,
  account_id        text,
  display_id        text,
  contact_id        text,
  line_id           text,
  agent_id          text,
  team_id           text,
  source            text,
  status            text,          -- open, pending, snoozed, resolved
  priority          text,
  created_at        timestamptz NOT NULL,
  first_response_at timestamptz,
  waiting_since     timestamptz,
  updated_at        timestamptz,
  url               text
);

CREATE TABLE conversation_event (
  conversation_id  text,
  name             text NOT NULL,  -- resolved, reopened, first_response, reply, bot_handoff, bot_resolved
  at               timestamptz NOT NULL,
  seconds          double precision,
  business_seconds double precision,
  agent_id         text
);

CREATE TABLE contact (
  contact_id text NOT NULL,
  account_id text,
  name       text,
  phone      text,
  country    text,
  created_at timestamptz
);

CREATE TABLE account (account_id text NOT NULL, name text); -- optional

CREATE TABLE line (
  line_id text NOT NULL,
  name    text,
  channel text,                    -- whatsapp, instagram, messenger, telegram, sms, webchat, email, voice, other
  number  text,
  team_id text,
  provider text                    -- optional: how it reaches WhatsApp: whatsapp_cloud, baileys …
);

CREATE TABLE agent (agent_id text NOT NULL, name text);
CREATE TABLE team (team_id text NOT NULL, name text);
CREATE TABLE agent_team (agent_id text, team_id text);
CREATE TABLE campaign (campaign_id text NOT NULL, name text);

CREATE TABLE tag (kind text, owner_id text, name text); -- kind: conversation, contact

CREATE TABLE csat (
  conversation_id text,
  contact_id      text,
  agent_id        text,
  rating          integer,         -- 1 to 5
  comment         text,
  sent_at         timestamptz,
  answered_at     timestamptz
);

CREATE TABLE working_hours (
  line_id   text,
  team_id   text,
  time_zone text,
  weekday   integer,               -- 0 is Sunday
  opens     time,
  closes    time                   -- at or before opens: on the next day
);

CREATE TABLE rate_card (market text, category text, valid_from date, usd numeric);

CREATE TABLE market (              -- optional: goes before the shipped calling codes
  prefix     text,                 -- the digits that a number begins with, calling code first
  market     text,
  valid_from date
);

CREATE TABLE billing_rule (
  valid_from    date,
  unit          text,              -- conversation, message
  category      text,              -- marketing, utility, authentication, service
  in_window     boolean,           -- null: either
  billable      boolean,
  rate_category text,              -- the category whose rate applies
  free_units    integer            -- per calendar month (UTC) and line; null: none
);
