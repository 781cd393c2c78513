-- The tables of Chatwoot that hold conversations and what describes them, with the
-- columns, types, defaults and indexes that its own migrations make (schema of May
-- 2025). Foreign keys it has none. The tables that newer or other editions add
-- stand at the end.

CREATE TABLE accounts (
  id serial PRIMARY KEY, name varchar NOT NULL, created_at timestamp NOT NULL, updated_at timestamp NOT NULL,
  locale integer DEFAULT 0, domain varchar(100), support_email varchar(100), feature_flags bigint DEFAULT 0 NOT NULL,
  auto_resolve_duration integer, limits jsonb DEFAULT '{}', custom_attributes jsonb DEFAULT '{}',
  status integer DEFAULT 0, internal_attributes jsonb DEFAULT '{}' NOT NULL, settings jsonb DEFAULT '{}'
);
CREATE INDEX ON accounts (status);

CREATE TABLE account_users (
  id bigserial PRIMARY KEY, account_id bigint, user_id bigint, role integer DEFAULT 0, inviter_id bigint,
  created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL, active_at timestamp,
  availability integer DEFAULT 0 NOT NULL, auto_offline boolean DEFAULT true NOT NULL, custom_role_id bigint
);
CREATE UNIQUE INDEX ON account_users (account_id, user_id);
CREATE INDEX ON account_users (account_id);
CREATE INDEX ON account_users (custom_role_id);
CREATE INDEX ON account_users (user_id);

CREATE TABLE agent_bots (
  id bigserial PRIMARY KEY, name varchar, description varchar, outgoing_url varchar,
  created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL, account_id bigint, bot_type integer DEFAULT 0,
  bot_config jsonb DEFAULT '{}'
);
CREATE INDEX ON agent_bots (account_id);

CREATE TABLE attachments (
  id serial PRIMARY KEY, file_type integer DEFAULT 0, external_url varchar,
  coordinates_lat double precision DEFAULT 0.0, coordinates_long double precision DEFAULT 0.0,
  message_id integer NOT NULL, account_id integer NOT NULL, created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL, fallback_title varchar, extension varchar, meta jsonb DEFAULT '{}'
);
CREATE INDEX ON attachments (account_id);
CREATE INDEX ON attachments (message_id);

CREATE TABLE campaigns (
  id bigserial PRIMARY KEY, display_id integer NOT NULL, title varchar NOT NULL, description text,
  message text NOT NULL, sender_id integer, enabled boolean DEFAULT true, account_id bigint NOT NULL,
  inbox_id bigint NOT NULL, trigger_rules jsonb DEFAULT '{}', created_at timestamp(6) NOT NULL,
  updated_at timestamp(6) NOT NULL, campaign_type integer DEFAULT 0 NOT NULL,
  campaign_status integer DEFAULT 0 NOT NULL, audience jsonb DEFAULT '[]', scheduled_at timestamp,
  trigger_only_during_business_hours boolean DEFAULT false
);
CREATE INDEX ON campaigns (account_id);
CREATE INDEX ON campaigns (campaign_status);
CREATE INDEX ON campaigns (campaign_type);
CREATE INDEX ON campaigns (inbox_id);
CREATE INDEX ON campaigns (scheduled_at);

CREATE TABLE contacts (
  id serial PRIMARY KEY, name varchar DEFAULT '', email varchar, phone_number varchar, account_id integer NOT NULL,
  created_at timestamp NOT NULL, updated_at timestamp NOT NULL, additional_attributes jsonb DEFAULT '{}',
  identifier varchar, custom_attributes jsonb DEFAULT '{}', last_activity_at timestamp,
  contact_type integer DEFAULT 0, middle_name varchar DEFAULT '', last_name varchar DEFAULT '',
  location varchar DEFAULT '', country_code varchar DEFAULT '', blocked boolean DEFAULT false NOT NULL
);
CREATE INDEX ON contacts (account_id, last_activity_at DESC NULLS LAST);
CREATE INDEX ON contacts (account_id);
CREATE INDEX ON contacts (blocked);
CREATE UNIQUE INDEX ON contacts (email, account_id);
CREATE UNIQUE INDEX ON contacts (identifier, account_id);
CREATE INDEX ON contacts (phone_number, account_id);

CREATE TABLE contact_inboxes (
  id bigserial PRIMARY KEY, contact_id bigint, inbox_id bigint, source_id varchar NOT NULL,
  created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL, hmac_verified boolean DEFAULT false,
  pubsub_token varchar
);
CREATE INDEX ON contact_inboxes (contact_id);
CREATE UNIQUE INDEX ON contact_inboxes (inbox_id, source_id);
CREATE INDEX ON contact_inboxes (inbox_id);
CREATE UNIQUE INDEX ON contact_inboxes (pubsub_token);
CREATE INDEX ON contact_inboxes (source_id);

CREATE TABLE conversations (
  id serial PRIMARY KEY, account_id integer NOT NULL, inbox_id integer NOT NULL, status integer DEFAULT 0 NOT NULL,
  assignee_id integer, created_at timestamp NOT NULL, updated_at timestamp NOT NULL, contact_id bigint,
  display_id integer NOT NULL, contact_last_seen_at timestamp, agent_last_seen_at timestamp,
  additional_attributes jsonb DEFAULT '{}', contact_inbox_id bigint, uuid uuid DEFAULT gen_random_uuid() NOT NULL,
  identifier varchar, last_activity_at timestamp DEFAULT CURRENT_TIMESTAMP NOT NULL, team_id bigint,
  campaign_id bigint, snoozed_until timestamp, custom_attributes jsonb DEFAULT '{}', assignee_last_seen_at timestamp,
  first_reply_created_at timestamp, priority integer, sla_policy_id bigint, waiting_since timestamp(6),
  cached_label_list text
);
CREATE UNIQUE INDEX ON conversations (account_id, display_id);
CREATE INDEX ON conversations (account_id, id);
CREATE INDEX ON conversations (account_id, inbox_id, status, assignee_id);
CREATE INDEX ON conversations (account_id);
CREATE INDEX ON conversations (assignee_id, account_id);
CREATE INDEX ON conversations (campaign_id);
CREATE INDEX ON conversations (contact_id);
CREATE INDEX ON conversations (contact_inbox_id);
CREATE INDEX ON conversations (first_reply_created_at);
CREATE INDEX ON conversations (inbox_id);
CREATE INDEX ON conversations (priority);
CREATE INDEX ON conversations (status, account_id);
CREATE INDEX ON conversations (status, priority);
CREATE INDEX ON conversations (team_id);
CREATE UNIQUE INDEX ON conversations (uuid);
CREATE INDEX ON conversations (waiting_since);

CREATE TABLE messages (
  id serial PRIMARY KEY, content text, account_id integer NOT NULL, inbox_id integer NOT NULL,
  conversation_id integer NOT NULL, message_type integer NOT NULL, created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL, private boolean DEFAULT false NOT NULL, status integer DEFAULT 0, source_id varchar,
  content_type integer DEFAULT 0 NOT NULL, content_attributes json DEFAULT '{}', sender_type varchar,
  sender_id bigint, external_source_ids jsonb DEFAULT '{}', additional_attributes jsonb DEFAULT '{}',
  processed_message_content text, sentiment jsonb DEFAULT '{}'
);
CREATE INDEX ON messages (account_id, created_at, message_type);
CREATE INDEX ON messages (account_id, inbox_id);
CREATE INDEX ON messages (account_id);
CREATE INDEX ON messages (conversation_id, account_id, message_type, created_at);
CREATE INDEX ON messages (conversation_id);
CREATE INDEX ON messages (created_at);
CREATE INDEX ON messages (inbox_id);
CREATE INDEX ON messages (sender_type, sender_id);
CREATE INDEX ON messages (source_id);

CREATE TABLE inboxes (
  id serial PRIMARY KEY, channel_id integer NOT NULL, account_id integer NOT NULL, name varchar NOT NULL,
  created_at timestamp NOT NULL, updated_at timestamp NOT NULL, channel_type varchar,
  enable_auto_assignment boolean DEFAULT true, greeting_enabled boolean DEFAULT false, greeting_message varchar,
  email_address varchar, working_hours_enabled boolean DEFAULT false, out_of_office_message varchar,
  timezone varchar DEFAULT 'UTC', enable_email_collect boolean DEFAULT true,
  csat_survey_enabled boolean DEFAULT false, allow_messages_after_resolved boolean DEFAULT true,
  auto_assignment_config jsonb DEFAULT '{}', lock_to_single_conversation boolean DEFAULT false NOT NULL,
  portal_id bigint, sender_name_type integer DEFAULT 0 NOT NULL, business_name varchar,
  csat_config jsonb DEFAULT '{}' NOT NULL
);
CREATE INDEX ON inboxes (account_id);
CREATE INDEX ON inboxes (channel_id, channel_type);
CREATE INDEX ON inboxes (portal_id);

CREATE TABLE channel_whatsapp (
  id bigserial PRIMARY KEY, account_id integer NOT NULL, phone_number varchar NOT NULL,
  provider varchar DEFAULT 'default', provider_config jsonb DEFAULT '{}', created_at timestamp(6) NOT NULL,
  updated_at timestamp(6) NOT NULL, message_templates jsonb DEFAULT '{}', message_templates_last_updated timestamp,
  provider_connection jsonb DEFAULT '{}'
);
CREATE UNIQUE INDEX ON channel_whatsapp (phone_number);

CREATE TABLE channel_twilio_sms (
  id bigserial PRIMARY KEY, phone_number varchar, auth_token varchar NOT NULL, account_sid varchar NOT NULL,
  account_id integer NOT NULL, created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL,
  medium integer DEFAULT 0, messaging_service_sid varchar, api_key_sid varchar
);
CREATE UNIQUE INDEX ON channel_twilio_sms (account_sid, phone_number);
CREATE UNIQUE INDEX ON channel_twilio_sms (phone_number);

CREATE TABLE channel_web_widgets (
  id serial PRIMARY KEY, website_url varchar, account_id integer, created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL, website_token varchar, widget_color varchar DEFAULT '#1f93ff',
  welcome_title varchar, welcome_tagline varchar, feature_flags integer DEFAULT 7 NOT NULL,
  reply_time integer DEFAULT 0, hmac_token varchar, pre_chat_form_enabled boolean DEFAULT false,
  pre_chat_form_options jsonb DEFAULT '{}', hmac_mandatory boolean DEFAULT false,
  continuity_via_email boolean DEFAULT true NOT NULL
);
CREATE UNIQUE INDEX ON channel_web_widgets (hmac_token);
CREATE UNIQUE INDEX ON channel_web_widgets (website_token);

CREATE TABLE channel_api (
  id bigserial PRIMARY KEY, account_id integer NOT NULL, webhook_url varchar, created_at timestamp(6) NOT NULL,
  updated_at timestamp(6) NOT NULL, identifier varchar, hmac_token varchar, hmac_mandatory boolean DEFAULT false,
  additional_attributes jsonb DEFAULT '{}'
);
CREATE UNIQUE INDEX ON channel_api (hmac_token);
CREATE UNIQUE INDEX ON channel_api (identifier);

CREATE TABLE channel_sms (
  id bigserial PRIMARY KEY, account_id integer NOT NULL, phone_number varchar NOT NULL,
  provider varchar DEFAULT 'default', provider_config jsonb DEFAULT '{}', created_at timestamp(6) NOT NULL,
  updated_at timestamp(6) NOT NULL
);
CREATE UNIQUE INDEX ON channel_sms (phone_number);

CREATE TABLE channel_email (
  id bigserial PRIMARY KEY, account_id integer NOT NULL, email varchar NOT NULL, forward_to_email varchar NOT NULL,
  created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL, imap_enabled boolean DEFAULT false,
  imap_address varchar DEFAULT '', imap_port integer DEFAULT 0, imap_login varchar DEFAULT '',
  imap_password varchar DEFAULT '', imap_enable_ssl boolean DEFAULT true, smtp_enabled boolean DEFAULT false,
  smtp_address varchar DEFAULT '', smtp_port integer DEFAULT 0, smtp_login varchar DEFAULT '',
  smtp_password varchar DEFAULT '', smtp_domain varchar DEFAULT '', smtp_enable_starttls_auto boolean DEFAULT true,
  smtp_authentication varchar DEFAULT 'login', smtp_openssl_verify_mode varchar DEFAULT 'none',
  smtp_enable_ssl_tls boolean DEFAULT false, provider_config jsonb DEFAULT '{}', provider varchar
);
CREATE UNIQUE INDEX ON channel_email (email);
CREATE UNIQUE INDEX ON channel_email (forward_to_email);

CREATE TABLE channel_facebook_pages (
  id serial PRIMARY KEY, page_id varchar NOT NULL, user_access_token varchar NOT NULL,
  page_access_token varchar NOT NULL, account_id integer NOT NULL, created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL, instagram_id varchar
);
CREATE UNIQUE INDEX ON channel_facebook_pages (page_id, account_id);
CREATE INDEX ON channel_facebook_pages (page_id);

CREATE TABLE channel_instagram (
  id bigserial PRIMARY KEY, access_token varchar NOT NULL, expires_at timestamp(6) NOT NULL,
  account_id integer NOT NULL, instagram_id varchar NOT NULL, created_at timestamp(6) NOT NULL,
  updated_at timestamp(6) NOT NULL
);
CREATE UNIQUE INDEX ON channel_instagram (instagram_id);

CREATE TABLE channel_telegram (
  id bigserial PRIMARY KEY, bot_name varchar, account_id integer NOT NULL, bot_token varchar NOT NULL,
  created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL
);
CREATE UNIQUE INDEX ON channel_telegram (bot_token);

CREATE TABLE csat_survey_responses (
  id bigserial PRIMARY KEY, account_id bigint NOT NULL, conversation_id bigint NOT NULL, message_id bigint NOT NULL,
  rating integer NOT NULL, feedback_message text, contact_id bigint NOT NULL, assigned_agent_id bigint,
  created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL
);
CREATE INDEX ON csat_survey_responses (account_id);
CREATE INDEX ON csat_survey_responses (assigned_agent_id);
CREATE INDEX ON csat_survey_responses (contact_id);
CREATE INDEX ON csat_survey_responses (conversation_id);
CREATE UNIQUE INDEX ON csat_survey_responses (message_id);

CREATE TABLE reporting_events (
  id bigserial PRIMARY KEY, name varchar, value double precision, account_id integer, inbox_id integer,
  user_id integer, conversation_id integer, created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL,
  value_in_business_hours double precision, event_start_time timestamp, event_end_time timestamp
);
CREATE INDEX ON reporting_events (account_id, name, created_at);
CREATE INDEX ON reporting_events (account_id);
CREATE INDEX ON reporting_events (conversation_id);
CREATE INDEX ON reporting_events (created_at);
CREATE INDEX ON reporting_events (inbox_id);
CREATE INDEX ON reporting_events (name);
CREATE INDEX ON reporting_events (user_id);

CREATE TABLE working_hours (
  id bigserial PRIMARY KEY, inbox_id bigint, account_id bigint, day_of_week integer NOT NULL,
  closed_all_day boolean DEFAULT false, open_hour integer, open_minutes integer, close_hour integer,
  close_minutes integer, created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL,
  open_all_day boolean DEFAULT false
);
CREATE INDEX ON working_hours (account_id);
CREATE INDEX ON working_hours (inbox_id);

CREATE TABLE teams (
  id bigserial PRIMARY KEY, name varchar NOT NULL, description text, allow_auto_assign boolean DEFAULT true,
  account_id bigint NOT NULL, created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL
);
CREATE INDEX ON teams (account_id);
CREATE UNIQUE INDEX ON teams (name, account_id);

CREATE TABLE team_members (
  id bigserial PRIMARY KEY, team_id bigint NOT NULL, user_id bigint NOT NULL, created_at timestamp(6) NOT NULL,
  updated_at timestamp(6) NOT NULL
);
CREATE UNIQUE INDEX ON team_members (team_id, user_id);
CREATE INDEX ON team_members (team_id);
CREATE INDEX ON team_members (user_id);

CREATE TABLE users (
  id serial PRIMARY KEY, provider varchar DEFAULT 'email' NOT NULL, uid varchar DEFAULT '' NOT NULL,
  encrypted_password varchar DEFAULT '' NOT NULL, reset_password_token varchar, reset_password_sent_at timestamp,
  remember_created_at timestamp, sign_in_count integer DEFAULT 0 NOT NULL, current_sign_in_at timestamp,
  last_sign_in_at timestamp, current_sign_in_ip varchar, last_sign_in_ip varchar, confirmation_token varchar,
  confirmed_at timestamp, confirmation_sent_at timestamp, unconfirmed_email varchar, name varchar NOT NULL,
  display_name varchar, email varchar, tokens json, created_at timestamp NOT NULL, updated_at timestamp NOT NULL,
  pubsub_token varchar, availability integer DEFAULT 0, ui_settings jsonb DEFAULT '{}',
  custom_attributes jsonb DEFAULT '{}', type varchar, message_signature text
);
CREATE INDEX ON users (email);
CREATE UNIQUE INDEX ON users (pubsub_token);
CREATE UNIQUE INDEX ON users (reset_password_token);
CREATE UNIQUE INDEX ON users (uid, provider);

CREATE TABLE labels (
  id bigserial PRIMARY KEY, title varchar, description text, color varchar DEFAULT '#1f93ff' NOT NULL,
  show_on_sidebar boolean, account_id bigint, created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL
);
CREATE INDEX ON labels (account_id);
CREATE UNIQUE INDEX ON labels (title, account_id);

CREATE TABLE tags (
  id serial PRIMARY KEY, name varchar, taggings_count integer DEFAULT 0
);
CREATE UNIQUE INDEX ON tags (name);

CREATE TABLE taggings (
  id serial PRIMARY KEY, tag_id integer, taggable_type varchar, taggable_id integer, tagger_type varchar,
  tagger_id integer, context varchar(128), created_at timestamp
);
CREATE INDEX ON taggings (context);
CREATE UNIQUE INDEX ON taggings (tag_id, taggable_id, taggable_type, context, tagger_id, tagger_type);
CREATE INDEX ON taggings (tag_id);
CREATE INDEX ON taggings (taggable_id, taggable_type, context);
CREATE INDEX ON taggings (taggable_id, taggable_type, tagger_id, context);
CREATE INDEX ON taggings (taggable_id);
CREATE INDEX ON taggings (taggable_type);
CREATE INDEX ON taggings (tagger_id, tagger_type);
CREATE INDEX ON taggings (tagger_id);

CREATE TABLE schema_migrations (version varchar PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('20250523031839'), ('20240215065844'), ('20250314185939');

-- What newer versions and other editions add.

ALTER TABLE conversations ADD group_type integer DEFAULT 0 NOT NULL;
ALTER TABLE contacts ADD group_type integer DEFAULT 0 NOT NULL;
ALTER TABLE campaigns ADD template_params jsonb;

CREATE TABLE campaign_recipients (
  id bigserial PRIMARY KEY, account_id bigint NOT NULL, campaign_id bigint NOT NULL, contact_id bigint NOT NULL,
  inbox_id bigint NOT NULL, source_id varchar, status integer DEFAULT 0 NOT NULL, error_code varchar, error_title varchar,
  error_message text, message_content text, sent_at timestamp(6), delivered_at timestamp(6), read_at timestamp(6),
  failed_at timestamp(6), created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL
);
CREATE UNIQUE INDEX ON campaign_recipients (campaign_id, contact_id);
CREATE INDEX ON campaign_recipients (account_id, campaign_id);
CREATE UNIQUE INDEX ON campaign_recipients (source_id) WHERE source_id IS NOT NULL;
