/** Events, and what tells others of them: a part of the migration that brought them. */
export const WEBHOOK_TABLES = `
-- What happened, written in the transaction in which it happened. The order of seq is the order of events of one
-- batch.
CREATE TABLE event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,            -- the webhook-id that receivers know repeats by
  account TEXT NOT NULL,
  batch TEXT,
  type TEXT NOT NULL,
  data TEXT NOT NULL,                 -- JSON: the facts of that moment, so that a repeat says the same
  created_at INTEGER NOT NULL,
  forget_at INTEGER                   -- null while its batch is kept
) STRICT;

CREATE INDEX event_batch ON event (batch) WHERE batch IS NOT NULL;
CREATE INDEX event_forget ON event (forget_at) WHERE forget_at IS NOT NULL;

-- Where events are sent: an account's endpoint gets those of all its batches, a batch's own those of this batch.
CREATE TABLE webhook_endpoint (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  batch TEXT,                         -- null: the account's
  url TEXT NOT NULL,
  format TEXT NOT NULL CHECK (format IN ('standard', 'slack')),
  events TEXT NOT NULL,               -- a JSON array of types
  description TEXT NOT NULL,
  secret TEXT,                        -- in the clear, because it signs; null: the account's
  old_secret TEXT,                    -- signs as well, until then
  old_secret_until INTEGER,
  created_at INTEGER NOT NULL,
  failing_since INTEGER,              -- the first failure since the last success
  disabled_at INTEGER,
  disabled_reason TEXT,
  CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL)),
  CHECK ((old_secret IS NULL) = (old_secret_until IS NULL)),
  CHECK (batch IS NOT NULL OR secret IS NOT NULL)
) STRICT;

CREATE INDEX webhook_endpoint_account ON webhook_endpoint (account, created_at, id) WHERE batch IS NULL;
CREATE INDEX webhook_endpoint_batch ON webhook_endpoint (batch) WHERE batch IS NOT NULL;

-- Signs what goes to the endpoints of batches that brought no secret of their own.
CREATE TABLE webhook_secret (
  account TEXT PRIMARY KEY,
  secret TEXT NOT NULL,
  old_secret TEXT,
  old_secret_until INTEGER,
  CHECK ((old_secret IS NULL) = (old_secret_until IS NULL))
) STRICT;

-- One event on its way to one endpoint; written with the event, so that none is missed.
CREATE TABLE webhook_delivery (
  endpoint TEXT NOT NULL,
  seq INTEGER NOT NULL,               -- of the event: those of one batch go out in its order
  event TEXT NOT NULL,
  account TEXT NOT NULL,
  batch TEXT,
  state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed', 'skipped')),
  attempts INTEGER NOT NULL DEFAULT 0,
  log TEXT NOT NULL DEFAULT '[]',     -- JSON: the last attempts
  tries INTEGER NOT NULL DEFAULT 0,   -- attempts of this round: a replay begins a new one
  first_at INTEGER,                   -- the first of them: the round is given up when it took too long
  next_at INTEGER NOT NULL,
  ended_at INTEGER,
  PRIMARY KEY (endpoint, seq),
  CHECK ((state = 'pending') = (ended_at IS NULL))
) STRICT;

CREATE INDEX webhook_delivery_due ON webhook_delivery (next_at) WHERE state = 'pending';
CREATE INDEX webhook_delivery_order ON webhook_delivery (endpoint, batch, seq) WHERE state = 'pending';
CREATE INDEX webhook_delivery_event ON webhook_delivery (event);
`
