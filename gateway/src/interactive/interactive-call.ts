import type { Flow, ResponseHeaders } from '../provider/call.ts'
import type { CallerHeaders } from '../provider/protocol.ts'
import type { Purchase } from '../settle/price-call.ts'
import type { UsageEntry } from '../settle/usage-entry.ts'

/** Makes one ordinary call, through the gates of the deployments that serve its model. Never rejects. */
export type InteractiveCall = (order: CallOrder) => Promise<CallEnd>

export interface CallOrder {
  readonly purchase: Purchase
  /** One of ours: `/v1/chat/completions`. */
  readonly endpoint: string
  /** As it is sent, but for the name of the model. */
  readonly body: Buffer
  /** Where the string with that name begins in the body. */
  readonly modelStart: number
  /** Headers of the caller's dialect that its provider is to have too. */
  readonly headers?: CallerHeaders
  /** The W3C trace context in which it came. */
  readonly trace: string | null
  /** Aborts when the client has left. */
  readonly signal: AbortSignal
  /** For an answer that was asked for as a stream. */
  readonly stream?: StreamWish
  /** Called once, before the call ends, with what it came to. */
  readonly onCharged?: (entry: UsageEntry) => void
}

export interface StreamWish {
  /** The event that holds nothing but the usage was not asked for by the client. */
  readonly hidesUsage: boolean
  /** Called with the first piece, and from then on no other deployment is tried. */
  begin(head: ProviderHead, flow: Flow): (piece: Buffer) => void
}

export interface ProviderHead {
  readonly status: number
  readonly headers: ResponseHeaders
}

export type CallEnd = Answered | Streamed | Refused | Left

/** A whole answer, in the provider's own bytes; an error too, where it speaks of the caller's request. */
export interface Answered extends ProviderHead {
  readonly kind: 'answered'
  readonly body: Buffer
}

/** A stream that was begun; all its pieces were passed on. */
export interface Streamed {
  readonly kind: 'streamed'
  /** Why it is not whole. */
  readonly broken: StreamBreak | undefined
}

export interface StreamBreak {
  readonly message: string
  /** The last byte that was passed on stands in the middle of an event. */
  readonly cutsEvent: boolean
}

/** No answer that could be passed on. */
export interface Refused {
  readonly kind: 'refused'
  readonly reason: RefusalReason
  /** Holds the provider's own words, where it had some. */
  readonly message: string
  readonly retryAfterMs?: number
  readonly headers?: ResponseHeaders
}

/**
 * - `busy`: no deployment could take the call in time.
 * - `closed`: none takes calls at all, or the one that was tried is not set up for it.
 * - `untranslatable`: the request cannot be put into the format of the model's provider.
 * - `failed`, `timeout`: the provider gave no usable answer, or none in time.
 */
export type RefusalReason = 'busy' | 'closed' | 'untranslatable' | 'failed' | 'timeout'

/** The client left before anything was sent to it. */
export interface Left {
  readonly kind: 'left'
}
