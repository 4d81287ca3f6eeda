export type Lane = 'interactive' | 'batch'

/** Those who want to be called when a lane may be entered: one after another, interactive ones first. */
export interface Waiters {
  add(lane: Lane, callback: () => void): () => void
  has(lane: Lane): boolean
  count(): number
  /** Calls the next one that waits on a lane that is ready. Those added meanwhile are left for the next round. */
  callReady(isReady: (lane: Lane) => boolean): void
}

interface Waiter {
  readonly callback: () => void
}

/** Interactive calls go first, but a batch must not starve behind them: it gets every ninth turn. */
const INTERACTIVE_TURNS_MAX = 8

export const createWaiters = (): Waiters => {
  const queues: Readonly<Record<Lane, Set<Waiter>>> = { interactive: new Set(), batch: new Set() }
  let interactiveTurns = 0

  const nextLane = (left: Record<Lane, number>, isReady: (lane: Lane) => boolean): Lane | undefined => {
    const waits = (lane: Lane): boolean => left[lane] > 0 && queues[lane].size > 0 && isReady(lane)
    const batchsTurn = interactiveTurns >= INTERACTIVE_TURNS_MAX
    if (batchsTurn && waits('batch')) return 'batch'
    if (waits('interactive')) return 'interactive'
    return waits('batch') ? 'batch' : undefined
  }

  const callNext = (lane: Lane): void => {
    interactiveTurns = lane === 'batch' ? 0 : interactiveTurns + 1
    for (const waiter of queues[lane]) {
      queues[lane].delete(waiter)
      waiter.callback()
      return
    }
  }

  return {
    add(lane, callback) {
      const waiter = { callback }
      queues[lane].add(waiter)
      return () => {
        queues[lane].delete(waiter)
      }
    },
    has: (lane) => queues[lane].size > 0,
    count: () => queues.interactive.size + queues.batch.size,
    callReady(isReady) {
      const left = { interactive: queues.interactive.size, batch: queues.batch.size }
      for (let lane = nextLane(left, isReady); lane !== undefined; lane = nextLane(left, isReady)) {
        left[lane] -= 1
        callNext(lane)
      }
    },
  }
}
