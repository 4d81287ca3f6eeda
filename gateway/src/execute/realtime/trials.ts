import type { ShardRun } from './shard-run.ts'

/** What a trial needs to know of a run. */
export type Tried = Pick<ShardRun, 'inFlight' | 'onTrial'> & {
  readonly claimed: Pick<ShardRun['claimed'], 'accused'>
}

/**
 * A request that was in flight when its worker died may have killed it, or may have stood beside what did.
 * So once, it runs with nothing else in flight: if the worker dies again, it was this request. Everything
 * else waits for that one call, unless the call could not start now anyway.
 */
export interface Trials<Run extends Tried> {
  add(run: Run): void
  /** May this run start a request now? */
  allows(run: Run): boolean
  /** The call is over and the worker lives: whatever the answer, the request is cleared. */
  survived(run: Run, position: number): void
  remove(run: Run): void
}

export const createTrials = <Run extends Tried>(order: {
  inFlight: () => number
  /** Would its gate let a call in, and is there time for one? */
  couldStart: (run: Run) => boolean
}): Trials<Run> => {
  const waiting: Run[] = []

  /** Whose turn it is. A call under way comes first: it may be what fills the gate. */
  const current = (): Run | undefined =>
    waiting.find((run) => run.inFlight > 0) ?? waiting.find((run) => order.couldStart(run))

  const remove = (run: Run): void => {
    const place = waiting.indexOf(run)
    if (place >= 0) waiting.splice(place, 1)
  }

  return {
    remove,
    add(run) {
      if (run.onTrial() !== undefined) waiting.push(run)
    },
    allows(run) {
      if (waiting.length === 0) return true
      const next = current()
      // One trial at a time: beside another call, a death would prove nothing.
      if (next === undefined) return !waiting.includes(run)
      return run === next && order.inFlight() === 0
    },
    survived(run, position) {
      if (run.claimed.accused?.position === position) remove(run)
    },
  }
}
