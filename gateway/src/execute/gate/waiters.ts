export type Lane = 'interactive' | 'batch'

/**
 * Wants to be called when its lane may be entered. Made once and used again and again: it is asked to wait
 * after nearly every call.
 */
export interface Watcher {
  /** Its callback runs once, as soon as entering may succeed; waiting twice is waiting once. */
  wait(): void
  cancel(): void
}

/** Those who want to be called when a lane may be entered: one after another, interactive ones first. */
export interface Waiters {
  watcher(lane: Lane, callback: () => void): Watcher
  has(lane: Lane): boolean
  count(): number
  /** Calls the next one that waits on a lane that is ready. Those added meanwhile are left for the next round. */
  callReady(isReady: (lane: Lane) => boolean): void
}

/** Interactive calls go first, but a batch must not starve behind them: it gets every ninth turn. */
const INTERACTIVE_TURNS_MAX = 8

class QueuedWatcher implements Watcher {
  readonly callback: () => void
  readonly #queue: QueuedWatcher[]
  #isWaiting = false

  constructor(queue: QueuedWatcher[], callback: () => void) {
    this.#queue = queue
    this.callback = callback
  }

  wait(): void {
    if (this.#isWaiting) return
    this.#isWaiting = true
    this.#queue.push(this)
  }

  cancel(): void {
    if (!this.#isWaiting) return
    this.#isWaiting = false
    this.#queue.splice(this.#queue.indexOf(this), 1)
  }
}

export const createWaiters = (): Waiters => {
  const queues: Readonly<Record<Lane, QueuedWatcher[]>> = { interactive: [], batch: [] }
  let interactiveTurns = 0

  const nextLane = (left: Record<Lane, number>, isReady: (lane: Lane) => boolean): Lane | undefined => {
    const waits = (lane: Lane): boolean => left[lane] > 0 && queues[lane].length > 0 && isReady(lane)
    const batchsTurn = interactiveTurns >= INTERACTIVE_TURNS_MAX
    if (batchsTurn && waits('batch')) return 'batch'
    if (waits('interactive')) return 'interactive'
    return waits('batch') ? 'batch' : undefined
  }

  const callNext = (lane: Lane): void => {
    interactiveTurns = lane === 'batch' ? 0 : interactiveTurns + 1
    const [watcher] = queues[lane]
    watcher?.cancel()
    watcher?.callback()
  }

  return {
    watcher: (lane, callback) => new QueuedWatcher(queues[lane], callback),
    has: (lane) => queues[lane].length > 0,
    count: () => queues.interactive.length + queues.batch.length,
    callReady(isReady) {
      const left = { interactive: queues.interactive.length, batch: queues.batch.length }
      for (let lane = nextLane(left, isReady); lane !== undefined; lane = nextLane(left, isReady)) {
        left[lane] -= 1
        callNext(lane)
      }
    },
  }
}
