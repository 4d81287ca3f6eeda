import type { Clock } from '../clock/clock.ts'

/** Tells those who wait for a batch that it may have ended. */
export interface BatchEnds {
  /**
   * Resolves when the batch may have ended, after `ms` at the latest, or at once when the server closes or
   * `gone` says that nobody waits any more.
   */
  wait(batch: string, ms: number, gone: AbortSignal): Promise<void>
  /** A batch of this process has ended. */
  ended(batch: string): void
  /** How many wait: for tests and gauges. */
  waiting(): number
  close(): void
}

interface Watch {
  readonly wakes: Set<() => void>
}

export interface BatchEndsOptions {
  readonly clock: Clock
  /** One look for all who wait for a batch: another process may have ended it. */
  readonly hasEnded: (batch: string) => Promise<boolean>
  readonly lookMs: number
}

export const createBatchEnds = ({ clock, hasEnded, lookMs }: BatchEndsOptions): BatchEnds => {
  const watches = new Map<string, Watch>()
  let closed = false

  const wakeAll = (batch: string): void => {
    const watch = watches.get(batch)
    watches.delete(batch)
    for (const wake of watch?.wakes ?? []) wake()
  }

  const lookAgainAndAgain = (batch: string, watch: Watch): void => {
    clock.after(lookMs, () => {
      if (watches.get(batch) !== watch) return
      hasEnded(batch).then(
        (ended) => (ended ? wakeAll(batch) : lookAgainAndAgain(batch, watch)),
        // The store is away: those who wait are told when it is asked for their answer.
        () => wakeAll(batch),
      )
    })
  }

  const watchOf = (batch: string): Watch => {
    const known = watches.get(batch)
    if (known) return known
    const watch = { wakes: new Set<() => void>() }
    watches.set(batch, watch)
    lookAgainAndAgain(batch, watch)
    return watch
  }

  return {
    wait(batch, ms, gone) {
      if (closed || ms <= 0 || gone.aborted) return Promise.resolve()
      const watch = watchOf(batch)
      return new Promise((resolve) => {
        const wake = (): void => {
          cancel()
          gone.removeEventListener('abort', wake)
          watch.wakes.delete(wake)
          if (watch.wakes.size === 0 && watches.get(batch) === watch) watches.delete(batch)
          resolve()
        }
        const cancel = clock.after(ms, wake)
        gone.addEventListener('abort', wake)
        watch.wakes.add(wake)
      })
    },
    ended: wakeAll,
    waiting: () => [...watches.values()].reduce((sum, { wakes }) => sum + wakes.size, 0),
    close() {
      closed = true
      for (const batch of [...watches.keys()]) wakeAll(batch)
    },
  }
}
