/**
 * Virtual time. What is due next runs next, however long the wait would be; things of the same moment run
 * in the order in which they were planned. Nothing here looks at a real clock.
 */
export interface Scheduler {
  /** Milliseconds since the run began. */
  now(): number
  after(ms: number, run: () => void): () => void
  /** Number of the event that runs now. */
  event(): number
  /** Moves time to the next event and runs it; false where none is left. */
  runNext(): boolean
}

interface Planned {
  readonly at: number
  readonly order: number
  run: (() => void) | undefined
}

const isBefore = (left: Planned, right: Planned): boolean =>
  left.at < right.at || (left.at === right.at && left.order < right.order)

export const createScheduler = (): Scheduler => {
  const heap: Planned[] = []
  let now = 0
  let orders = 0
  let events = 0

  const push = (planned: Planned): void => {
    let place = heap.length
    for (;;) {
      const parent = (place - 1) >> 1
      const above = heap[parent]
      if (place === 0 || !above || !isBefore(planned, above)) break
      heap[place] = above
      place = parent
    }
    heap[place] = planned
  }

  const pop = (): Planned | undefined => {
    const first = heap[0]
    const last = heap.pop()
    if (!last || heap.length === 0) return first
    let place = 0
    for (;;) {
      let child = place * 2 + 1
      let below = heap[child]
      const right = heap[child + 1]
      if (below && right && isBefore(right, below)) {
        child += 1
        below = right
      }
      if (!below || !isBefore(below, last)) break
      heap[place] = below
      place = child
    }
    heap[place] = last
    return first
  }

  return {
    now: () => now,
    event: () => events,
    after(ms, run) {
      orders += 1
      const planned: Planned = { at: now + Math.max(0, ms), order: orders, run }
      push(planned)
      return () => {
        planned.run = undefined
      }
    },
    runNext() {
      for (let next = pop(); next; next = pop()) {
        const { run } = next
        if (!run) continue
        now = next.at
        events += 1
        run()
        return true
      }
      return false
    },
  }
}

/** Resolves once every promise that can go on has gone on: the stations wait for nothing real. */
export const quiescent = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })
