import type { Nano } from '../money/nano.ts'
import type { Usage } from '../money/usage.ts'
import type { AnswerKind } from './answer-frame.ts'

/**
 * What execution must know of a client's dialect, and no more: where the requests of a shard lie, the
 * bytes to send for one, and the finished line that answers it.
 */
export interface Dialect {
  /** Reads the index that intake stored with a shard. */
  requests(index: Uint8Array): RequestTable
  /** Reads the template that intake stored with a batch; called once a shard, the result once a call. */
  composer(template: string): ComposeBody
  /** Headers of the caller that each call is to carry, by lower-case name, where the dialect has such. */
  headers?(template: string): Readonly<Record<string, string>>
  /** Why a request is refused without a call, by its variant; undefined: it is sent. */
  refusal?(variant: number): string | undefined
  /** The finished line, ending in a line feed; it holds no other line feed. */
  line(finished: FinishedRequest): Buffer
}

/** The body of one call: the bytes of the stored fragment, completed by what its batch shares. */
export type ComposeBody = (fragment: Buffer, variant: number, providerModel: string) => Buffer

/** Where the requests of a shard lie in its blob; the argument is the position in the shard. */
export interface RequestTable {
  readonly count: number
  /** The request's index in its batch, in input order. */
  batchIndex(position: number): number
  /** Bytes of the custom_id, as a JSON string with its quotes. */
  idStart(position: number): number
  idLength(position: number): number
  /** Bytes of the fragment. */
  bodyStart(position: number): number
  bodyLength(position: number): number
  /** A small number of the dialect's own that `ComposeBody` wants back. */
  variant(position: number): number
}

export interface FinishedRequest {
  readonly batch: string
  /** A JSON string with its quotes. */
  readonly customId: string
  readonly index: number
  readonly kind: AnswerKind
  /** The model of ours that was asked for. */
  readonly model: string
  readonly text: string | null
  readonly finishReason: string | null
  readonly usage: Usage | null
  readonly charge: Nano
  readonly error: RequestError | null
  /** Of a success: the provider's answer as it came, one JSON object in UTF-8. */
  readonly reply: FinishedReply | null
}

export interface FinishedReply {
  readonly status: number
  readonly headers: { get(name: string): string | undefined }
  readonly body: Buffer
}

/** Why a request failed; the provider's own error is kept as it came. */
export interface RequestError {
  readonly code: string
  readonly message: string
  readonly status?: number
  readonly providerError?: string
}
