import { type AnswerEntry, encodeFrame, entryBytes } from '../batch/answer-frame.ts'
import type { Trouble } from '../batch/trouble.ts'
import type { Clock } from '../clock/clock.ts'
import type { Nano } from '../money/nano.ts'
import type { AppendGroup, AppendPart, AppendReceipt, ShardStore } from '../storage/engine.ts'

/**
 * Where every answer ends: gathered into groups, each made durable by one commit, one commit at a time.
 * A commit in doubt is repeated under the same append id until the store has answered for it.
 */
export interface Sink {
  add(shard: number, entry: AnswerEntry): void
  /** Provider cost that bought no recorded answer. */
  waste(shard: number, amount: Nano): void
  /** Answers that no commit has acknowledged yet. */
  unacknowledged(): number
  /** Why nothing can be made durable at the moment, or undefined where it can. */
  trouble(): Trouble | undefined
  /** Resolves once all that was added so far is acknowledged. It hurries nothing: groups stay whole. */
  settled(): Promise<void>
}

export interface SinkOptions {
  readonly store: Pick<ShardStore, 'append'>
  readonly clock: Clock
  readonly worker: string
  readonly crash: (point: string) => void
  readonly onReceipt: (receipt: AppendReceipt) => void
  /** The store refused; the same group is tried again. */
  readonly onError: (error: unknown) => void
  /** A broken invariant: it would break again. */
  readonly onFatal: (error: unknown) => void
  /** A group waits this long after its first answer … */
  readonly groupMsMax: number
  /** … or until it is this large … */
  readonly groupBytesMax: number
  /** … or has this many: sending stops when twice the calls in flight are unacknowledged, so it must not come to that. */
  readonly groupAnswersMax: () => number
  /** Between two tries of a commit that failed or is in doubt. */
  readonly retryMs: number
}

interface OpenPart {
  entries: AnswerEntry[]
  waste: Nano
}

export const createSink = (options: SinkOptions): Sink => {
  const { store, clock, worker, crash } = options
  let open = new Map<number, OpenPart>()
  let openEntries = 0
  let openBytes = 0
  /** When the first of the open group came. */
  let openedAt = 0
  let committing: { entries: number } | undefined
  let number = 0
  let cancelTimer: (() => void) | undefined
  let trouble: Trouble | undefined
  let added = 0
  let acknowledged = 0
  let waiters: Array<{ upTo: number; resolve: () => void }> = []

  const partOf = (shard: number): OpenPart => {
    let part = open.get(shard)
    if (!part) {
      part = { entries: [], waste: 0n }
      if (open.size === 0) openedAt = clock.monotonic()
      open.set(shard, part)
    }
    return part
  }

  const schedule = (): void => {
    if (committing) return
    if (openBytes >= options.groupBytesMax || openEntries >= options.groupAnswersMax()) return void commit()
    // From the group's first answer, which may have waited for the commit before.
    cancelTimer ??= clock.after(Math.max(0, openedAt + options.groupMsMax - clock.monotonic()), commit)
  }

  const takeGroup = (): AppendGroup => {
    const parts: AppendPart[] = []
    for (const [shard, part] of open) {
      parts.push({ shard, frame: encodeFrame(part.entries), waste: part.waste })
    }
    parts.sort((left, right) => left.shard - right.shard)
    open = new Map()
    openEntries = 0
    openBytes = 0
    number += 1
    return { worker, number, parts }
  }

  const commit = async (): Promise<void> => {
    cancelTimer?.()
    cancelTimer = undefined
    if (committing || open.size === 0) return
    committing = { entries: openEntries }
    const upTo = added
    crash('settle.before_append')
    const receipts = await appendUntilAnswered(takeGroup())
    crash('settle.after_append')
    committing = undefined
    acknowledged = upTo
    for (const receipt of receipts) options.onReceipt(receipt)
    const settled = waiters.filter((waiter) => waiter.upTo <= acknowledged)
    waiters = waiters.filter((waiter) => waiter.upTo > acknowledged)
    for (const waiter of settled) waiter.resolve()
    if (open.size > 0) schedule()
  }

  const appendUntilAnswered = async (group: AppendGroup): Promise<AppendReceipt[]> => {
    for (;;) {
      try {
        const receipts = await store.append(group)
        trouble = undefined
        return receipts
      } catch (error) {
        // The commit may have happened: the same id makes the repetition harmless.
        trouble = troubleOf(error)
        if (error instanceof Error && error.name === 'InvariantBroken') options.onFatal(error)
        else options.onError(error)
        await new Promise<void>((resolve) => {
          clock.after(options.retryMs, resolve)
        })
      }
    }
  }

  return {
    add(shard, entry) {
      partOf(shard).entries.push(entry)
      added += 1
      openEntries += 1
      openBytes += entryBytes(entry)
      schedule()
    },
    waste(shard, amount) {
      if (amount === 0n) return
      partOf(shard).waste += amount
      added += 1
      schedule()
    },
    unacknowledged: () => openEntries + (committing?.entries ?? 0),
    trouble: () => trouble,
    settled() {
      if (acknowledged === added) return Promise.resolve()
      return new Promise((resolve) => {
        waiters.push({ upTo: added, resolve })
      })
    },
  }
}

const troubleOf = (error: unknown): Trouble => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'store_unavailable'
  return { code, message: error instanceof Error ? error.message : String(error) }
}
