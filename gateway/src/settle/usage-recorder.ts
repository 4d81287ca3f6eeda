import type { Clock } from '../clock/clock.ts'
import type { Nano } from '../money/nano.ts'
import type { UsageGroup, UsageRow, UsageStore } from '../storage/usage.ts'
import type { UsageEntry, UsageRecorder } from './usage-entry.ts'
import { rowOf, withEntry } from './usage-sums.ts'

/**
 * Where ordinary calls are charged: summed up by key, model and price, and made durable by one commit at a time. No
 * answer waits for it, so a crash forgives what came since the last commit. While the store is away the sums grow
 * in value and not in number.
 */
export interface GroupingRecorder extends UsageRecorder {
  /** Resolves once all that was added so far is recorded, and hurries it. */
  flush(): Promise<void>
  /** What a key was charged that no commit has acknowledged yet. */
  unrecorded(apiKey: string): Nano
}

export interface UsageRecorderOptions {
  readonly store: Pick<UsageStore, 'recordUsage'>
  readonly clock: Clock
  /** The name of this recorder: no other one, earlier or later, has it. */
  readonly recorder: string
  /** A group waits this long after its first call. */
  readonly groupMsMax: number
  /** Between two tries of a commit that failed or is in doubt. */
  readonly retryMs: number
  /** The store refused; the same group is tried again. */
  readonly onError: (error: unknown) => void
  /** A broken invariant: it would break again. */
  readonly onFatal: (error: unknown) => void
}

type Rows = Map<string, UsageRow>

export const createUsageRecorder = (options: UsageRecorderOptions): GroupingRecorder => {
  const { store, clock, recorder } = options
  let open: Rows = new Map()
  let committing: Rows | undefined
  /** When the first of the open group came. */
  let openedAt = 0
  let number = 0
  let cancelTimer: (() => void) | undefined
  /** They wait until nothing is left to record: an open group is committed at once. */
  const waiters: Array<() => void> = []

  const schedule = (): void => {
    if (committing || open.size === 0) return
    if (waiters.length > 0) return void commit()
    cancelTimer ??= clock.after(Math.max(0, openedAt + options.groupMsMax - clock.monotonic()), commit)
  }

  const commit = async (): Promise<void> => {
    cancelTimer?.()
    cancelTimer = undefined
    const taken = open
    const flushed = waiters.splice(0)
    open = new Map()
    committing = taken
    number += 1
    await recordUntilAnswered({ recorder, number, rows: [...taken.values()] })
    committing = undefined
    for (const resolve of flushed) resolve()
    if (open.size > 0) schedule()
    else for (const resolve of waiters.splice(0)) resolve()
  }

  const recordUntilAnswered = async (group: UsageGroup): Promise<void> => {
    for (;;) {
      try {
        await store.recordUsage(group)
        return
      } catch (error) {
        // The commit may have happened: the same number makes the repetition harmless.
        if (error instanceof Error && error.name === 'InvariantBroken') options.onFatal(error)
        else options.onError(error)
        if (isClosed(error)) return
        await new Promise<void>((resolve) => {
          clock.after(options.retryMs, resolve)
        })
      }
    }
  }

  return {
    add(entry: UsageEntry) {
      if (open.size === 0) openedAt = clock.monotonic()
      const name = `${entry.apiKey} ${entry.tier} ${entry.model}`
      open.set(name, withEntry(open.get(name) ?? rowOf(entry), entry))
      schedule()
    },
    flush() {
      if (open.size === 0 && !committing) return Promise.resolve()
      return new Promise((resolve) => {
        waiters.push(resolve)
        schedule()
      })
    },
    unrecorded: (apiKey) => chargeOf(open, apiKey) + chargeOf(committing ?? NOTHING, apiKey),
  }
}

const NOTHING: Rows = new Map()

const chargeOf = (rows: Rows, apiKey: string): Nano => {
  let charge = 0n
  for (const row of rows.values()) if (row.apiKey === apiKey) charge += row.charge
  return charge
}

/** We closed it ourselves: the process ends, and nothing is tried again. */
const isClosed = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'closed'
