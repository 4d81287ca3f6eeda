/** Every limit of intake. Nothing is cut to fit: what exceeds one of them is refused with its number. */
export interface IntakeLimits {
  readonly itemsMax: number
  readonly bodyBytesMax: number
  readonly itemBytesMax: number
  /** All fields of a body beside its list of requests, together. */
  readonly fieldsBytesMax: number
  /** Brackets within brackets, in one request or one field. */
  readonly depthMax: number
  readonly customIdCharactersMax: number
  /** Bad requests that an answer lists; the rest are counted. */
  readonly faultsShownMax: number
  readonly windowSecondsMin: number
  readonly windowSecondsMax: number
  readonly metadataPairsMax: number
  readonly metadataKeyCharactersMax: number
  readonly metadataValueCharactersMax: number
  readonly shardRequestsMax: number
  readonly shardRequestsMin: number
  readonly shardBytesMax: number
  /** From the first byte of a shard's first request to the last byte of its last. */
  readonly shardStretchBytesMax: number
  /** Shards that are filled at the same time, one for each model and endpoint. */
  readonly openShardsMax: number
  /** Into how many shards a small batch is cut: 1 where one worker runs it all, 16 where many share it. */
  readonly shardsPerSmallBatch: number
  /** Assumed for the hold where a request does not limit its answer. */
  readonly outputTokensAssumed: number
}

/** Of uploaded files. */
export interface FileLimits {
  readonly bytesMax: number
  readonly linesMax: number
  readonly lineBytesMax: number
  /** Kept so long after the upload. */
  readonly retentionMs: number
}

/** Of a create in Anthropic's dialect: one document with all requests of a batch. */
export interface MessageBatchLimits {
  readonly requestsMax: number
  readonly bytesMax: number
  readonly requestBytesMax: number
}

const MIB = 1_048_576
const DAY_MS = 86_400_000

export const DEFAULT_INTAKE_LIMITS: IntakeLimits = {
  itemsMax: 1_000,
  bodyBytesMax: 64 * MIB,
  itemBytesMax: 8 * MIB,
  fieldsBytesMax: MIB,
  depthMax: 64,
  customIdCharactersMax: 512,
  faultsShownMax: 1_000,
  windowSecondsMin: 60,
  windowSecondsMax: 86_400,
  metadataPairsMax: 16,
  metadataKeyCharactersMax: 64,
  metadataValueCharactersMax: 512,
  shardRequestsMax: 1_000,
  shardRequestsMin: 50,
  shardBytesMax: 8 * MIB,
  shardStretchBytesMax: 64 * MIB,
  openShardsMax: 64,
  shardsPerSmallBatch: 1,
  outputTokensAssumed: 4_096,
}

/** Anthropic's own. */
export const DEFAULT_MESSAGE_BATCH_LIMITS: MessageBatchLimits = {
  requestsMax: 100_000,
  bytesMax: 256 * MIB,
  requestBytesMax: 32 * MIB,
}

export const DEFAULT_FILE_LIMITS: FileLimits = {
  bytesMax: 200 * MIB,
  linesMax: 50_000,
  lineBytesMax: 8 * MIB,
  retentionMs: 30 * DAY_MS,
}
