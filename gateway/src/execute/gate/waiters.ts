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

/** Those who want to be called when a lane may be entered, one after another. */
export interface Waiters {
  watcher(lane: Lane, callback: () => void): Watcher
  count(lane: Lane): number
  /**
   * Calls the next one that waits on a lane that is ready, the lane whose turn it is before the other one.
   * Those added meanwhile are left for the next round.
   */
  callReady(isReady: (lane: Lane) => boolean, turnAfter: (last: Lane) => Lane): void
}

export const otherLane = (lane: Lane): Lane => (lane === 'interactive' ? 'batch' : 'interactive')

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
  let last: Lane = 'batch'

  const callNext = (lane: Lane): void => {
    last = lane
    const [watcher] = queues[lane]
    watcher?.cancel()
    watcher?.callback()
  }

  return {
    watcher: (lane, callback) => new QueuedWatcher(queues[lane], callback),
    count: (lane) => queues[lane].length,
    callReady(isReady, turnAfter) {
      const left = { interactive: queues.interactive.length, batch: queues.batch.length }
      const waits = (lane: Lane): boolean => left[lane] > 0 && queues[lane].length > 0 && isReady(lane)
      for (;;) {
        const first = turnAfter(last)
        const next = waits(first) ? first : otherLane(first)
        if (next !== first && !waits(next)) return
        left[next] -= 1
        callNext(next)
      }
    },
  }
}
