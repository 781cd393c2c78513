-- What a good engineer prepares for reports: rows of sessions and of conversations in a
-- schema of their own, with the indexes that the reports use. The rows of sessions are
-- found by a loop (internal/bench/sessions.go), as no window function can.
CREATE SCHEMA bench;

CREATE TABLE bench.session (
  user_id         integer NOT NULL,     -- one for each contact of an account
  created_at      timestamptz NOT NULL,
  line_id         text,
  is_session      boolean NOT NULL,     -- and no failed attempt
  is_initiation   boolean NOT NULL,
  is_notification boolean NOT NULL,
  initiator       text NOT NULL,
  origin          text NOT NULL,
  status          text,                 -- of notifications: the latest
  user_type       text NOT NULL,
  template        text,
  send            text,                 -- a campaign, or a template on a day
  failure_reason  text,
  failure_code    text
);
