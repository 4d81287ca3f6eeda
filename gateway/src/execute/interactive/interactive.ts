import { type Random, sleep } from '../../clock/clock.ts'
import type { CallEnd, CallOrder, InteractiveCall, Refused } from '../../interactive/interactive-call.ts'
import { failedCall } from '../../settle/price-call.ts'
import type { UsageEntry, UsageRecorder } from '../../settle/usage-entry.ts'
import type { ExecuteLimits } from '../limits.ts'
import type { BatchLane } from '../realtime/held-call.ts'
import { RETRY_TABLE } from '../realtime/retry-table.ts'
import type { Route, Routes } from '../realtime/routes.ts'
import { createEnter, type Enter } from './enter.ts'
import { type FailedTry, refusalOf } from './refusal.ts'
import { createTryOnce, type TryOptions } from './try-once.ts'

export interface InteractiveOptions extends Omit<TryOptions, 'answerBytesMax'> {
  readonly random: Random
  readonly routes: Routes
  readonly batchLane: BatchLane
  readonly usage: UsageRecorder
  /** As they are now. */
  readonly limits: () => ExecuteLimits
}

/** Somebody waits at the other end, and the official clients try again by themselves. */
const TRIES_MAX = 4
const BACKOFF_MS_BASE = 200

/** A call while it looks for a deployment that answers. */
interface Course {
  readonly order: CallOrder
  readonly endsAt: number
  readonly failedOn: ReadonlySet<string>
  readonly tries: number
  readonly last?: FailedTry
}

export const createInteractive = (options: InteractiveOptions): InteractiveCall => {
  const { clock, random, routes, usage, limits } = options
  const throughGates = createEnter(options)
  const tryOnce = createTryOnce({ ...options, answerBytesMax: () => limits().answerBytesMax })

  const enter: Enter = (entering) => {
    const begun = clock.monotonic()
    return throughGates(entering).then((route) => {
      options.observer.entered(entering.order, route, clock.monotonic() - begun)
      return route
    })
  }

  /** A deployment that the call failed on is left alone for a moment before it is tried again. */
  const nextRoute = async (course: Course): Promise<Route | undefined> => {
    const route = await enter(course)
    if (!route || !course.failedOn.has(route.deployment.id)) return route
    route.permit.unused()
    const ms = random.next() * BACKOFF_MS_BASE * 2 ** course.tries
    if (clock.monotonic() + ms >= course.endsAt) return undefined
    await sleep(clock, ms)
    return enter(course)
  }

  /** From a call's arrival to the last moment at which a try of it may begin. */
  const waitMsMax = ({ purchase }: CallOrder): number =>
    purchase.tier === 'batch' ? limits().flexWaitMs : limits().interactiveWaitMs

  const mayTryAgain = ({ order, tries, last }: Course): boolean =>
    last === undefined ||
    (tries < TRIES_MAX && !order.signal.aborted && RETRY_TABLE[last.failure.class].retry !== 'never')

  const charge = (order: CallOrder, entry: UsageEntry): void => {
    usage.add(entry)
    order.onCharged?.(entry)
  }

  const giveUp = ({ order, last }: Course): CallEnd => {
    charge(order, failedCall(order.purchase))
    if (order.signal.aborted) return { kind: 'left' }
    return last ? refusalOf(last) : notEntered(order.purchase.model)
  }

  const notEntered = (model: string): Refused => {
    const closed = routes.closed(model)
    if (closed) return { kind: 'refused', reason: 'closed', message: closed.message }
    const restMs = routes.restMs(model)
    const message = `The deployments of ${model} are busy, or their providers ask to wait; nothing was sent.`
    return { kind: 'refused', reason: 'busy', message, ...(restMs > 0 ? { retryAfterMs: restMs } : {}) }
  }

  return async (order) => {
    let course: Course = {
      order,
      endsAt: clock.monotonic() + waitMsMax(order),
      failedOn: NOWHERE,
      tries: 0,
    }
    while (mayTryAgain(course)) {
      const route = await nextRoute(course)
      if (!route) break
      const tried = await tryOnce(order, route)
      if (tried.kind === 'over') {
        charge(order, tried.entry)
        return tried.end
      }
      const failedOn = new Set([...course.failedOn, route.deployment.id])
      course = { ...course, failedOn, tries: course.tries + 1, last: tried }
    }
    return giveUp(course)
  }
}

const NOWHERE: ReadonlySet<string> = new Set()
