import type { Clock } from '../../clock/clock.ts'
import type { CallOrder } from '../../interactive/interactive-call.ts'
import type { BatchLane } from '../realtime/held-call.ts'
import type { Route, Routes } from '../realtime/routes.ts'

export interface Entering {
  readonly order: CallOrder
  readonly failedOn: ReadonlySet<string>
  /** On the monotonic clock; nobody waits beyond it. */
  readonly endsAt: number
}

/**
 * Waits until a gate of the model lets the call in; undefined where none does in time, or the client left. What was
 * bought at the batch price waits its turn among the batches.
 */
export type Enter = (entering: Entering) => Promise<Route | undefined>

interface Doors {
  readonly clock: Clock
  readonly routes: Routes
  readonly batchLane: BatchLane
}

export const createEnter =
  (doors: Doors): Enter =>
  (entering) => {
    const { model, tier } = entering.order.purchase
    const ms = entering.endsAt - doors.clock.monotonic()
    const route = tier === 'batch' ? undefined : tryNow(doors.routes, entering)
    if (route || isHopeless(doors.routes, model, ms)) return Promise.resolve(route)
    return tier === 'batch' ? takeTurn(doors, entering, ms) : waitInLine(doors, entering, ms)
  }

/** Gates that have shut open for one call when their rest is over; those that only rest may do so for longer. */
const isHopeless = (routes: Routes, model: string, ms: number): boolean =>
  routes.closed(model) !== undefined || routes.restMs(model) > ms

const tryNow = (routes: Routes, { order, failedOn }: Entering): Route | undefined =>
  routes.enter('interactive', order.purchase.model, order.endpoint, { fragment: order.body, failedOn })

const waitInLine = ({ clock, routes }: Doors, entering: Entering, ms: number): Promise<Route | undefined> => {
  const { signal, purchase } = entering.order
  return new Promise((resolve) => {
    const finish = (route: Route | undefined): void => {
      watch.cancel()
      cancelTimer()
      signal.removeEventListener('abort', giveUp)
      resolve(route)
    }
    const giveUp = (): void => finish(undefined)
    const watch = routes.watch('interactive', purchase.model, () => {
      const route = tryNow(routes, entering)
      if (route) finish(route)
      else watch.wait()
    })
    const cancelTimer = clock.after(ms, giveUp)
    signal.addEventListener('abort', giveUp)
    watch.wait()
    if (signal.aborted) giveUp()
  })
}

const takeTurn = async (
  { clock, batchLane }: Doors,
  { order, failedOn }: Entering,
  ms: number,
): Promise<Route | undefined> => {
  const { account, model } = order.purchase
  const impatience = new AbortController()
  const cancelTimer = clock.after(ms, () => impatience.abort())
  const signal = AbortSignal.any([order.signal, impatience.signal])
  const { endpoint, body } = order
  const route = await batchLane.enter({ account, model, endpoint, bytes: body.length, failedOn, signal })
  cancelTimer()
  return route
}
