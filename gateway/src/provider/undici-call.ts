import type { Clock } from '../clock/clock.ts'
import type { Call, CallOutcome } from './call.ts'
import { type Connections, createConnections } from './connections.ts'
import { Exchange } from './exchange.ts'

/**
 * How late a timeout may be. One walk over the calls that run, ten times a second, costs 0.1 ‰ of a core
 * at 1,000 in flight; a timer for each call would be set and cleared 10,000 times a second.
 */
const SWEEP_MS = 100

export interface UndiciCall {
  readonly call: Call
  /** Breaks the calls that run as `aborted` and closes every connection. */
  close(): Promise<void>
}

interface Place {
  readonly connections: Connections
  readonly origin: string
  readonly prefix: string
}

/** `Call` over HTTP/1.1 with keep-alive. `connectionsMax` counts for each origin; more calls wait in line. */
export const createUndiciCall = (given: { clock: Clock; connectionsMax: number }): UndiciCall => {
  const { clock, connectionsMax } = given
  const running = new Set<Exchange>()
  const signals = createSignals()
  const origins = new Map<string, Connections>()
  const places = new Map<string, Place>()
  let sweeping = false
  let closed = false

  const placeOf = (baseUrl: string): Place => {
    const known = places.get(baseUrl)
    if (known) return known
    const { origin, pathname, protocol } = new URL(baseUrl)
    if (!/^https?:$/.test(protocol)) throw new Error(`${baseUrl} is neither http: nor https:`)
    const connections = origins.get(origin) ?? createConnections(origin, connectionsMax)
    origins.set(origin, connections)
    const place = { connections, origin, prefix: pathname === '/' ? '' : pathname }
    places.set(baseUrl, place)
    return place
  }

  const sweep = (): void => {
    const now = clock.monotonic()
    for (const exchange of running) exchange.checkTime(now)
    sweeping = running.size > 0
    if (sweeping) clock.after(SWEEP_MS, sweep)
  }

  const begin = (exchange: Exchange): void => {
    running.add(exchange)
    if (exchange.request.signal) signals.add(exchange.request.signal, exchange)
    if (sweeping) return
    sweeping = true
    clock.after(SWEEP_MS, sweep)
  }

  const end = (exchange: Exchange): void => {
    running.delete(exchange)
    if (exchange.request.signal) signals.delete(exchange.request.signal, exchange)
  }

  const call: Call = (request) => {
    if (closed) return Promise.resolve(notStarted('aborted', 'the HTTP client is closed'))
    if (request.signal?.aborted) return Promise.resolve(notStarted('aborted', STOPPED))
    return new Promise<CallOutcome>((resolve) => {
      try {
        const place = placeOf(request.baseUrl)
        const settle = (exchange: Exchange, outcome: CallOutcome): void => {
          end(exchange)
          resolve(outcome)
        }
        const at = { origin: place.origin, path: place.prefix + request.path }
        const exchange = new Exchange(request, at, clock, settle)
        begin(exchange)
        place.connections.start(exchange)
      } catch (error) {
        // Only a base URL that is none comes here: undici hands its own complaints to the exchange.
        resolve(notStarted('connect', error instanceof Error ? error.message : String(error)))
      }
    })
  }

  const close = async (): Promise<void> => {
    closed = true
    for (const exchange of [...running]) exchange.stop('aborted', 'the HTTP client was closed')
    await Promise.all([...origins.values()].map((connections) => connections.destroy()))
  }

  return { call, close }
}

const STOPPED = 'the call was stopped'

const notStarted = (cause: 'aborted' | 'connect', message: string): CallOutcome => ({
  kind: 'broken',
  cause,
  message,
  totalMs: 0,
})

interface Signals {
  add(signal: AbortSignal, exchange: Exchange): void
  delete(signal: AbortSignal, exchange: Exchange): void
}

/**
 * One listener a signal, however many calls share it: removing one of 1,000 listeners walks a list of
 * 1,000 in Node's EventTarget, for every call.
 */
const createSignals = (): Signals => {
  const groups = new Map<AbortSignal, Set<Exchange>>()

  const stopGroup = (event: Event): void => {
    if (!(event.target instanceof AbortSignal)) return
    for (const exchange of [...(groups.get(event.target) ?? [])]) exchange.stop('aborted', STOPPED)
  }

  return {
    add(signal, exchange) {
      const group = groups.get(signal)
      if (group) {
        group.add(exchange)
        return
      }
      groups.set(signal, new Set([exchange]))
      signal.addEventListener('abort', stopGroup)
    },
    delete(signal, exchange) {
      const group = groups.get(signal)
      if (!group?.delete(exchange) || group.size > 0) return
      groups.delete(signal)
      signal.removeEventListener('abort', stopGroup)
    },
  }
}
