import type { ShardRun } from './shard-run.ts'

/**
 * A request that was in flight when its worker died may have killed it, or may have stood beside what did.
 * So once, it runs with nothing else in flight: if the worker dies again, it was this request. Everything
 * else waits for that one call, unless the gates would not let it in anyway.
 */
export interface Trials {
  add(run: ShardRun): void
  /** May this run start a request now? */
  allows(run: ShardRun): boolean
  /** The call is over and the worker lives: whatever the answer, the request is cleared. */
  survived(run: ShardRun, position: number): void
  remove(run: ShardRun): void
}

export const createTrials = (order: {
  inFlight: () => number
  ready: (model: string) => boolean
}): Trials => {
  const waiting: ShardRun[] = []

  const remove = (run: ShardRun): void => {
    const place = waiting.indexOf(run)
    if (place >= 0) waiting.splice(place, 1)
  }

  return {
    remove,
    add(run) {
      if (run.onTrial() !== undefined) waiting.push(run)
    },
    allows(run) {
      const [next] = waiting
      if (next === undefined) return true
      return run === next ? order.inFlight() === 0 : !order.ready(next.claimed.model)
    },
    survived(run, position) {
      if (run.claimed.accused?.position === position) remove(run)
    },
  }
}
