import type { LaneQueue, LaneSource } from './lane-source.ts'
import type { Route } from './routes.ts'

/** The way of an ordinary call into the batch lane. */
export interface BatchLane {
  /**
   * Holds a call until its turn comes among the requests of batches: one turn of its account, one place in
   * the batch lane. Undefined once the signal aborts; whoever gets a route gives its permit back.
   */
  enter(order: HeldOrder): Promise<Route | undefined>
}

/** An ordinary call that takes its turn among the requests of batches, while its client waits. */
export interface HeldOrder {
  readonly account: string
  readonly model: string
  readonly endpoint: string
  /** Of the request: what it weighs in its account's turn. */
  readonly bytes: number
  /** Deployments that it failed on: another is taken where there is one. */
  readonly failedOn: ReadonlySet<string>
  /** The client has left, or will not wait any longer. */
  readonly signal: AbortSignal
}

/** The call is a source of one item, so the queue need not know that it is not a shard's. */
export const hold = (
  queue: LaneQueue,
  { account, model, endpoint, bytes, failedOn, signal }: HeldOrder,
  urgency: number,
): Promise<Route | undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve(undefined)
    const request = { fragment: { length: bytes }, failedOn }
    const leave = (route: Route | undefined): void => {
      queue.remove(model, source)
      signal.removeEventListener('abort', giveUp)
      resolve(route)
    }
    const giveUp = (): void => leave(undefined)
    const source: LaneSource = {
      account,
      urgency,
      nextBytes: () => bytes,
      startNext(enter) {
        const route = enter(endpoint, request)
        if (route) leave(route)
        return route !== undefined
      },
    }
    signal.addEventListener('abort', giveUp)
    queue.add(model, source)
    queue.pump(model)
  })
