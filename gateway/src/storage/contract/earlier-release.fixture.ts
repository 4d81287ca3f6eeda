/** A batch that ended under the third migration, before keys had limits. */
export const endedBatch = (id: string, apiKey: string, charge: number): string => `
  INSERT INTO batch (id, account, api_key, dialect, endpoint, model, blob, template, metadata, sell, hold, total,
    shards, path, body_sha256, retention_ms, created_at, window_end, state, outcome, ended_at, expires_at, charge)
  VALUES ('${id}', 'acme', '${apiKey}', 'native', '/v1/chat/completions', 'm', 'b', '', '', '{}', 0, 0,
    0, '/v1/batches', 'sha', 1, 1, 1, 'ended', 'completed', 1, 1, ${charge})`
