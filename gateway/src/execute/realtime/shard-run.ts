import type { ComposeBody, Dialect, RequestTable } from '../../batch/dialect.ts'
import { emptyBits, hasBit, setBit } from '../../batch/done-bits.ts'
import type { Clock } from '../../clock/clock.ts'
import { frozenSell, type SellPrice } from '../../money/price.ts'
import type { Blobs } from '../../storage/blobs/blobs.ts'
import type { ClaimedShard, ShardRef } from '../../storage/engine.ts'
import type { RunStop } from '../run-end.ts'
import type { ErrorHistory } from './backoff.ts'
import type { Enter, LaneSource } from './lane-source.ts'
import { createRequestSource, type LoadedRequest, type RequestSource } from './request-source.ts'

/** A request on its way: what was tried for it so far. */
export interface Pending extends LoadedRequest {
  readonly run: ShardRun
  history: ErrorHistory
  /** Deployments that it failed on: another is taken where there is one. */
  failedOn: ReadonlySet<string>
  /** Monotonic milliseconds of its first call. */
  firstCallAt: number | undefined
}

/** Three deaths of a worker under one shard: from then on its requests run one at a time. */
const CRASHES_BEFORE_CAUTION = 3
/** Alone of its shard at the first death, alone in its whole worker at the second: nobody else is left. */
const DEATHS_BEFORE_POISON = 2

/** Shared by all that have not failed yet, which most never do. */
const NOWHERE: ReadonlySet<string> = new Set()

/** One claimed shard while this worker runs it: which requests are taken, in flight, answered. */
export class ShardRun implements LaneSource {
  readonly claimed: ClaimedShard
  readonly ref: ShardRef
  readonly dialect: Dialect
  readonly table: RequestTable
  readonly compose: ComposeBody
  /** Of the caller, for each call. */
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly sell: SellPrice
  readonly account: string
  readonly urgency: number
  /** Monotonic milliseconds at which the batch's window ends. */
  readonly deadline: number
  /** Ends the calls in flight where a stop's patience is over. */
  readonly abort = new AbortController()
  /** One at a time, each named in the store before it is sent. */
  readonly cautious: boolean

  stopCause: RunStop | null = null
  ending = false
  inFlight = 0
  /** Waiting for a retry's time to come. */
  delayed = 0
  /** Requests whose answers the store has not acknowledged yet, those never taken included. */
  remaining: number

  readonly #mayStart: (run: ShardRun) => boolean
  readonly #onTurn: (run: ShardRun, enter: Enter) => boolean
  readonly #answered: Uint8Array
  readonly #source: RequestSource
  #back: Pending[] = []

  constructor(options: {
    claimed: ClaimedShard
    worker: string
    dialect: Dialect
    deadline: number
    blobs: Pick<Blobs, 'read'>
    clock: Clock
    windowBytesMax: number
    /** No call starts that would likely pass the deadline. */
    mayStart: (run: ShardRun) => boolean
    /** Takes the next request and sends it on the way that opens; false where none does. */
    onTurn: (run: ShardRun, enter: Enter) => boolean
    onLoaded: () => void
    onError: (error: unknown) => void
  }) {
    const { claimed } = options
    this.claimed = claimed
    this.ref = { shard: claimed.id, epoch: claimed.epoch, worker: options.worker }
    this.dialect = options.dialect
    this.table = options.dialect.requests(claimed.index)
    this.compose = options.dialect.composer(claimed.template)
    this.headers = options.dialect.headers?.(claimed.template)
    this.sell = frozenSell(claimed.sell, claimed.model)
    this.account = claimed.account
    this.urgency = claimed.windowEnd
    this.deadline = options.deadline
    this.#mayStart = options.mayStart
    this.#onTurn = options.onTurn
    this.cautious = claimed.crashes >= CRASHES_BEFORE_CAUTION
    this.#answered = emptyBits(claimed.count)
    this.#answered.set(claimed.done)
    const positions = this.unanswered()
    this.remaining = positions.length
    this.#source = createRequestSource({
      ...options,
      blob: claimed.blob,
      table: this.table,
      positions,
      isWanted: () => this.stopCause !== 'lost',
    })
  }

  /** Requests that no call is under way for, and that no retry's delay holds. */
  unstarted(): number {
    return this.#source.left() + this.#back.length
  }

  /** Positions that no answer has been given to the sink for. */
  unanswered(): number[] {
    const positions: number[] = []
    for (let position = 0; position < this.claimed.count; position += 1) {
      if (!hasBit(this.#answered, position)) positions.push(position)
    }
    return positions
  }

  /** Nothing more of it starts. */
  isStopped(): boolean {
    return this.stopCause !== null || this.ending
  }

  /** Claims the one place of an answer; false where it was given already. */
  markAnswered(position: number): boolean {
    if (hasBit(this.#answered, position)) return false
    setBit(this.#answered, position)
    return true
  }

  /** The request that has to run alone in this worker, to be cleared or convicted; see `trials.ts`. */
  onTrial(): number | undefined {
    const { accused } = this.claimed
    if (!this.cautious || accused === null || this.isCulprit(accused.position)) return undefined
    return hasBit(this.#answered, accused.position) ? undefined : accused.position
  }

  isCulprit(position: number): boolean {
    const { accused } = this.claimed
    return this.cautious && accused?.position === position && accused.deaths >= DEATHS_BEFORE_POISON
  }

  nextBytes(): number | undefined {
    if (this.isStopped()) return undefined
    if (this.cautious && this.inFlight > 0) return undefined
    if (!this.#mayStart(this)) return undefined
    const back = this.#back[this.#back.length - 1]
    return back ? back.fragment.length : this.#source.nextBytes()
  }

  startNext(enter: Enter): boolean {
    return this.#onTurn(this, enter)
  }

  take(): Pending {
    const back = this.#back.pop()
    if (back) return back
    const loaded = this.#source.take()
    return {
      position: loaded.position,
      customId: loaded.customId,
      fragment: loaded.fragment,
      variant: loaded.variant,
      run: this,
      history: undefined,
      failedOn: NOWHERE,
      firstCallAt: undefined,
    }
  }

  /** Returns a request that could not be sent, or whose retry is due: it goes first. */
  putBack(request: Pending): void {
    this.#back.push(request)
  }
}
