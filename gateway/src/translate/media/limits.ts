/** Of what is fetched because a request names it. */
export interface MediaLimits {
  /** Of what one URL holds. */
  readonly bytesMax: number
  /** For one try: looking up, connecting, redirects, the body. */
  readonly timeoutMs: number
  readonly redirectsMax: number
  /** Of all that is kept for running batches, as it is sent: in base64. */
  readonly keptBytesMax: number
}

const MIB = 1_048_576

export const DEFAULT_MEDIA_LIMITS: MediaLimits = {
  bytesMax: 20 * MIB,
  timeoutMs: 20_000,
  redirectsMax: 3,
  keptBytesMax: 256 * MIB,
}

/** Together they may take so much memory for a moment: this often `bytesMax`. */
export const FETCHES_MAX = 16

/** Of one batch, or of ordinary calls: where they name a host that never answers, others are still served. */
export const FETCHES_OF_A_SCOPE_MAX = 8

/** Of one request at the same time: another request's picture need not wait for hundreds. */
export const FETCHES_OF_A_REQUEST_MAX = 4

/** Of all that one request names, in base64; providers take less. */
export const REQUEST_BASE64_MAX = 100 * MIB

/** The pauses before a second and a third try, where the first failed as it may not fail again. */
export const PAUSES_MS: readonly number[] = [500, 2_000]

/** After all tries failed, the requests that name the same are told the same for so long. */
export const FAILURE_KEPT_MS = 10_000
