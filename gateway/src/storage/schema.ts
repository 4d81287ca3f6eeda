import { WEBHOOK_TABLES } from './schema-webhooks.ts'

/**
 * The tables, as migrations: the store has applied the first `user_version` of them. An entry is never
 * changed once released; a new one is added behind it, with a comment on what existing stores must do.
 *
 * Foreign keys are left to the verbs: each row is written in the transaction that writes what it names,
 * and `audit` reads the whole against itself. Times are milliseconds of the store's clock, money is
 * nano-USD, and no row is ever written once per request.
 */
export const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE account (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE api_key (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  name TEXT NOT NULL,
  sha256 BLOB NOT NULL UNIQUE,        -- the key itself is never stored
  hint TEXT NOT NULL,
  models TEXT,                        -- a JSON array; null: all models
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER                  -- set once, never cleared
) STRICT;

-- An incarnation of a worker. It may claim while expires_at lies ahead; one that left or was fenced has no row.
CREATE TABLE worker (
  id TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE batch (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  api_key TEXT NOT NULL,
  dialect TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  model TEXT NOT NULL,
  task TEXT,
  blob TEXT NOT NULL,
  template TEXT NOT NULL,
  metadata TEXT NOT NULL,
  sell TEXT NOT NULL,                 -- frozen: later price changes do not touch it
  hold INTEGER NOT NULL CHECK (hold >= 0),
  total INTEGER NOT NULL,
  shards INTEGER NOT NULL,
  path TEXT NOT NULL,
  body_sha256 TEXT NOT NULL,
  idempotency_key TEXT,
  retention_ms INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  window_end INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'stopping', 'ended')),
  cause TEXT CHECK (cause IN ('cancel', 'deadline', 'delete', 'budget')),
  outcome TEXT CHECK (outcome IN ('completed', 'cancelled', 'expired', 'failed')),
  ended_at INTEGER,
  expires_at INTEGER,
  deleted_at INTEGER,                 -- a tombstone: from here on the batch does not exist for its account
  purged_at INTEGER,                  -- its bodies and shards are gone; its money stays

  -- Sums over the shards, frozen when the batch ends (before, the shards are asked). Late waste is added at the purge.
  n_ok INTEGER NOT NULL DEFAULT 0,
  n_err INTEGER NOT NULL DEFAULT 0,
  n_expired INTEGER NOT NULL DEFAULT 0,
  n_cancelled INTEGER NOT NULL DEFAULT 0,
  prompt_tokens INTEGER NOT NULL DEFAULT 0,
  cached_tokens INTEGER NOT NULL DEFAULT 0,
  cache_write_tokens INTEGER NOT NULL DEFAULT 0,
  completion_tokens INTEGER NOT NULL DEFAULT 0,
  reasoning_tokens INTEGER NOT NULL DEFAULT 0,
  estimated INTEGER NOT NULL DEFAULT 0,
  cost_unknown INTEGER NOT NULL DEFAULT 0,
  charge INTEGER NOT NULL DEFAULT 0,
  list_charge INTEGER NOT NULL DEFAULT 0,
  cost INTEGER NOT NULL DEFAULT 0,
  waste INTEGER NOT NULL DEFAULT 0,
  latency BLOB,

  CHECK ((state = 'ended') = (outcome IS NOT NULL AND ended_at IS NOT NULL AND expires_at IS NOT NULL)),
  CHECK (state <> 'stopping' OR cause IS NOT NULL),
  CHECK (deleted_at IS NULL OR state <> 'running'),
  CHECK (purged_at IS NULL OR (deleted_at IS NOT NULL AND state = 'ended'))
) STRICT;

-- One batch for an idempotency key. A deleted batch does not exist, so its key is free again.
CREATE UNIQUE INDEX batch_idempotency ON batch (account, idempotency_key)
  WHERE idempotency_key IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX batch_create ON batch (body_sha256, api_key);
CREATE INDEX batch_newest ON batch (account, created_at, id);
CREATE INDEX batch_window ON batch (window_end) WHERE state = 'running';
CREATE INDEX batch_retention ON batch (expires_at) WHERE state = 'ended' AND deleted_at IS NULL;
CREATE INDEX batch_purgeable ON batch (deleted_at)
  WHERE state = 'ended' AND deleted_at IS NOT NULL AND purged_at IS NULL;

-- AUTOINCREMENT: the id of a purged shard is never given again, because postings are named after it.
-- Ids grow in the order of acceptance, so (window_end, id) is the order of urgency.
CREATE TABLE shard (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  batch TEXT NOT NULL,
  account TEXT NOT NULL,
  number INTEGER NOT NULL,
  model TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  n INTEGER NOT NULL,
  window_end INTEGER NOT NULL,        -- the batch's own; it never moves
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'sealed')),
  worker TEXT,
  epoch INTEGER NOT NULL,             -- grows by one a claim; what a stale owner may not do asks for it
  crashes INTEGER NOT NULL,
  suspect INTEGER,                    -- the request that is alone in flight: a crash now names it
  accused INTEGER,                    -- the request that was alone in flight when the last worker died …
  accusations INTEGER NOT NULL DEFAULT 0, -- … and how many workers in a row died with it
  append_ids TEXT NOT NULL,           -- JSON: worker -> the number of its last append here
  done BLOB NOT NULL,                 -- one bit a request; popcount = n_ok + n_err + n_expired + n_cancelled
  n_ok INTEGER NOT NULL DEFAULT 0,
  n_err INTEGER NOT NULL DEFAULT 0,
  n_expired INTEGER NOT NULL DEFAULT 0,
  n_cancelled INTEGER NOT NULL DEFAULT 0,
  prompt_tokens INTEGER NOT NULL DEFAULT 0,
  cached_tokens INTEGER NOT NULL DEFAULT 0,
  cache_write_tokens INTEGER NOT NULL DEFAULT 0,
  completion_tokens INTEGER NOT NULL DEFAULT 0,
  reasoning_tokens INTEGER NOT NULL DEFAULT 0,
  estimated INTEGER NOT NULL DEFAULT 0,
  cost_unknown INTEGER NOT NULL DEFAULT 0,
  charge INTEGER NOT NULL DEFAULT 0,
  list_charge INTEGER NOT NULL DEFAULT 0,
  cost INTEGER NOT NULL DEFAULT 0,
  waste INTEGER NOT NULL DEFAULT 0,   -- provider cost that bought no recorded answer
  journal_bytes INTEGER NOT NULL DEFAULT 0,
  segment TEXT,
  segment_bytes INTEGER,
  latency BLOB,
  -- The youngest entries of the journal. Small groups ride on the row that every append writes anyway, so a
  -- slow stream of answers writes one row a commit and not two. Last column: the others are read without it.
  tail BLOB NOT NULL DEFAULT x'',

  UNIQUE (batch, number),
  CHECK ((state = 'running') = (worker IS NOT NULL)),
  CHECK ((state = 'sealed') = (segment IS NOT NULL AND segment_bytes IS NOT NULL))
) STRICT;

CREATE INDEX shard_waiting ON shard (account, window_end, id, model) WHERE state = 'waiting';
CREATE INDEX shard_running ON shard (worker, account) WHERE state = 'running';

-- Where the requests lie in the input. Apart from the shard, because it never changes and is large
-- (some 20 bytes a request), while the row of the shard is rewritten by every append.
CREATE TABLE shard_input (
  shard INTEGER PRIMARY KEY,
  entries BLOB NOT NULL
) STRICT;

-- The older entries of a running shard; immutable rows, dropped by the seal.
CREATE TABLE journal (
  shard INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  frame BLOB NOT NULL,
  PRIMARY KEY (shard, seq)
) STRICT;

CREATE TABLE gate (
  deployment TEXT PRIMARY KEY,
  learned TEXT NOT NULL,
  shut_code TEXT,
  shut_message TEXT,
  CHECK ((shut_code IS NULL) = (shut_message IS NULL))
) STRICT;

-- The ledger only grows. Each posting has one source, so the same event is never posted twice, and its
-- entries sum to zero per currency.
CREATE TABLE posting (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL UNIQUE,
  batch TEXT,
  shard INTEGER,
  at INTEGER NOT NULL
) STRICT;

-- For the audit, which walks batches and shards a page at a time.
CREATE INDEX posting_batch ON posting (batch) WHERE batch IS NOT NULL;
CREATE INDEX posting_shard ON posting (shard) WHERE shard IS NOT NULL;

CREATE TABLE entry (
  posting INTEGER NOT NULL,
  account TEXT NOT NULL,
  currency TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK (amount <> 0),
  PRIMARY KEY (posting, account, currency)
) STRICT, WITHOUT ROWID;
`,
  `
-- An append whose commit was in doubt may be sent again after its shard went with its batch, and must not be
-- booked once more as waste. These ids are all that stays of a purged shard.
CREATE TABLE purged_shard (
  id INTEGER PRIMARY KEY,
  append_ids TEXT NOT NULL            -- as they were in shard
) STRICT;
`,
  `
-- Files: what clients upload, and the output and error files of batches. One that is being uploaded is
-- 'writing': nobody sees it, and it goes with its process.
CREATE TABLE file (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  api_key TEXT,                       -- who uploaded it; null: a batch made it
  purpose TEXT NOT NULL,
  filename TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('writing', 'ready')),
  blob TEXT,                          -- null: the segments of its batch are its bytes
  batch TEXT,
  part TEXT CHECK (part IN ('output', 'error')),
  bytes INTEGER NOT NULL DEFAULT 0,
  contents TEXT,                      -- what intake found in it, encoded by intake; null: it was not read
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  deleted_at INTEGER,                 -- a tombstone: from here on the file does not exist for its account
  purged_at INTEGER,                  -- its bytes are gone

  CHECK ((blob IS NULL) = (batch IS NOT NULL AND part IS NOT NULL)),
  CHECK (purged_at IS NULL OR deleted_at IS NOT NULL)
) STRICT;

CREATE INDEX file_newest ON file (account, created_at, id) WHERE deleted_at IS NULL AND state = 'ready';
CREATE INDEX file_expiry ON file (expires_at) WHERE deleted_at IS NULL AND expires_at IS NOT NULL;
CREATE INDEX file_purgeable ON file (deleted_at) WHERE deleted_at IS NOT NULL AND purged_at IS NULL;
CREATE INDEX file_batch ON file (batch) WHERE batch IS NOT NULL;
CREATE INDEX file_blob ON file (blob) WHERE purged_at IS NULL;

-- The shards that intake cut a file into, until a batch is made of it.
CREATE TABLE file_shard (
  file TEXT NOT NULL,
  number INTEGER NOT NULL,
  model TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  n INTEGER NOT NULL,
  entries BLOB NOT NULL,
  PRIMARY KEY (file, number)
) STRICT;

-- A file that comes in parts; they are put together when it is completed.
CREATE TABLE upload (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  filename TEXT NOT NULL,
  purpose TEXT NOT NULL,
  mime_type TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  file_expires_ms INTEGER,            -- of the file, counted from its creation
  state TEXT NOT NULL CHECK (state IN ('pending', 'completed', 'cancelled')),
  file TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  purged_at INTEGER,                  -- its parts are gone
  CHECK ((state = 'completed') = (file IS NOT NULL))
) STRICT;

CREATE INDEX upload_purgeable ON upload (expires_at) WHERE purged_at IS NULL;

CREATE TABLE upload_part (
  id TEXT PRIMARY KEY,
  upload TEXT NOT NULL,
  blob TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX upload_part_upload ON upload_part (upload);

ALTER TABLE batch ADD COLUMN file TEXT;                 -- the uploaded file that it was made of; null: its input is its own
-- 'together': a segment has all lines of a shard in input order. 'apart': success and error each have one.
ALTER TABLE batch ADD COLUMN layout TEXT NOT NULL DEFAULT 'together' CHECK (layout IN ('together', 'apart'));
ALTER TABLE batch ADD COLUMN output_ms INTEGER;         -- output files are kept so long after the end; null: as long as the batch
ALTER TABLE batch ADD COLUMN errors TEXT;               -- why its input was refused: nothing ran
ALTER TABLE batch ADD COLUMN retry_of TEXT;             -- the batch whose failed requests these are
ALTER TABLE batch ADD COLUMN stopped_at INTEGER;
ALTER TABLE batch ADD COLUMN answered_at INTEGER;       -- when its last request had its answer

CREATE INDEX batch_blob ON batch (blob) WHERE purged_at IS NULL;
CREATE INDEX batch_retry ON batch (retry_of) WHERE retry_of IS NOT NULL;

ALTER TABLE shard ADD COLUMN answered_at INTEGER;       -- when its last request had its answer
ALTER TABLE shard ADD COLUMN kinds BLOB;                -- one byte a request once sealed; null: all succeeded
ALTER TABLE shard ADD COLUMN error_segment TEXT;
ALTER TABLE shard ADD COLUMN error_segment_bytes INTEGER;
ALTER TABLE shard ADD COLUMN retry_of INTEGER;          -- the shard whose failed requests these are …
ALTER TABLE shard ADD COLUMN retried BLOB;              -- … and which of them, one bit a position there
`,
  `
-- Keys of operators open /v1/admin and nothing else, and belong to no account ('').
ALTER TABLE api_key ADD COLUMN role TEXT NOT NULL DEFAULT 'client' CHECK (role IN ('client', 'operator'));
-- Of real-time calls; null: no limit. Batches have none, they queue.
ALTER TABLE api_key ADD COLUMN requests_per_minute INTEGER;
ALTER TABLE api_key ADD COLUMN tokens_per_minute INTEGER;
ALTER TABLE api_key ADD COLUMN spend_limit INTEGER;     -- nano-USD over the life of the key; null: no limit

-- The W3C trace context in which the batch was submitted, so that what is done for it later joins that trace.
ALTER TABLE batch ADD COLUMN trace TEXT;

-- What became of fields that the provider's format has no word for, as the create was told; null: nothing was lost.
ALTER TABLE batch ADD COLUMN losses TEXT;

-- With the number of requests, so that what waits is counted from the index alone.
DROP INDEX shard_waiting;
CREATE INDEX shard_waiting ON shard (account, window_end, id, model, n) WHERE state = 'waiting';

-- What real-time calls used, summed up by minute: a row grows with time and never with calls. Posted once its
-- hour is over.
CREATE TABLE usage_minute (
  account TEXT NOT NULL,
  api_key TEXT NOT NULL,
  model TEXT NOT NULL,
  tier TEXT NOT NULL CHECK (tier IN ('list', 'batch')),
  minute INTEGER NOT NULL,            -- its beginning, by the store's clock
  part INTEGER NOT NULL,              -- above 0: the store's clock went back into a minute that was posted
  calls INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,  -- calls that brought no answer; they cost nothing
  prompt_tokens INTEGER NOT NULL DEFAULT 0,
  cached_tokens INTEGER NOT NULL DEFAULT 0,
  cache_write_tokens INTEGER NOT NULL DEFAULT 0,
  completion_tokens INTEGER NOT NULL DEFAULT 0,
  reasoning_tokens INTEGER NOT NULL DEFAULT 0,
  estimated INTEGER NOT NULL DEFAULT 0,
  cost_unknown INTEGER NOT NULL DEFAULT 0,
  charge INTEGER NOT NULL DEFAULT 0,
  list_charge INTEGER NOT NULL DEFAULT 0,
  cost INTEGER NOT NULL DEFAULT 0,
  waste INTEGER NOT NULL DEFAULT 0,
  posting INTEGER,                    -- null until it is posted, from then on the row never changes; 0: it came to nothing
  PRIMARY KEY (account, api_key, model, tier, minute, part)
) STRICT;

CREATE INDEX usage_unposted ON usage_minute (minute) WHERE posting IS NULL;
CREATE INDEX usage_posting ON usage_minute (posting) WHERE posting IS NOT NULL;
-- For operators, who see the batches and the usage of a key, and of all accounts.
CREATE INDEX usage_key ON usage_minute (api_key);
CREATE INDEX batch_key ON batch (api_key);
CREATE INDEX batch_newest_of_all ON batch (created_at, id);
CREATE INDEX usage_of_all ON usage_minute (minute);

-- The last group of usage that each recorder wrote: one whose commit was in doubt is not added twice.
CREATE TABLE usage_append (
  recorder TEXT PRIMARY KEY,
  number INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL
) STRICT;

-- What the real-time calls and the ended batches of a key were charged over its life. A sum of its own, because
-- a limit is judged by it at each create, and what it is the sum of only grows.
CREATE TABLE key_spend (
  api_key TEXT PRIMARY KEY,
  charge INTEGER NOT NULL
) STRICT;

INSERT INTO key_spend (api_key, charge) SELECT api_key, sum(charge) FROM batch WHERE state = 'ended' GROUP BY api_key;

-- What is held for a key.
CREATE INDEX batch_key_open ON batch (api_key) WHERE state <> 'ended';

${WEBHOOK_TABLES}`,
]
