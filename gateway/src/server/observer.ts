import type { BatchView } from '../storage/tenant.ts'

/** Told of what comes in from outside. It is quick and never throws. */
export interface ServerObserver {
  /** A request has its whole answer, or its connection ended. */
  answered(request: AnsweredRequest): void
  /** What came over a connection is no HTTP, and was answered without a request. */
  notHttp(status: number): void
  accepted(account: string, batch: BatchView): void
}

/** Nothing in it is in a client's words: it may be shown as it is. */
export interface AnsweredRequest {
  readonly id: string
  /** One of HTTP's own, or `other`. */
  readonly method: string
  /** The path as it is written in our code, `/v1/batches/:id`; `none` where no endpoint has the path. */
  readonly route: string
  readonly status: number
  readonly ms: number
  /** Written to the connection, headers included. */
  readonly bytes: number
  /** The connection ended before the answer did. */
  readonly isCut: boolean
  /** Whose it is, as far as its key was looked up. */
  caller(): Caller | undefined
}

export interface Caller {
  /** The id of the key. */
  readonly key: string
  readonly account: string
}
