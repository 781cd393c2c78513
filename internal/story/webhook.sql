-- A table of webhooks as a team makes it for itself.
CREATE TABLE whatsapp_webhook (
  id bigserial PRIMARY KEY, received_at timestamptz NOT NULL DEFAULT now(), signature text, payload jsonb NOT NULL
);
CREATE INDEX ON whatsapp_webhook (received_at);
