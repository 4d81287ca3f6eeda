import type { Clock } from '../../clock/clock.ts'
import { Outbox } from '../../sockets/outbox.ts'
import type { BreakCause, Call, CallOutcome, CallRequest } from '../call.ts'
import type { TlsTrust } from './connection.ts'
import { type Connections, createConnections } from './connections.ts'
import { Exchange } from './exchange.ts'
import { type Place, placeOf, requestHead } from './request-head.ts'
import { RunningExchanges } from './running-exchanges.ts'

/**
 * How late a timeout may be. One walk over the calls that run, ten times a second, costs 0.1 ‰ of a core
 * at 1,000 in flight; a timer for each call would be set and cleared 10,000 times a second.
 */
const SWEEP_MS = 100

/** Shorter than what servers and the boxes between grant an idle connection. */
const IDLE_MS_MAX = 10_000
const IDLE_LOOK_MS = 1_000

export interface HttpCall {
  readonly call: Call
  /** Breaks the calls that run as `closed` and closes every connection. */
  close(): void
}

interface Target {
  readonly connections: Connections
  readonly origin: string
  readonly head: string
}

/**
 * `Call` over HTTP/1.1 with keep-alive: a POST is one write, and its answer is read from the socket without
 * a stream, an event emitter or a promise of its own between; see `docs/decisions/` for what that saves.
 * `connectionsMax` counts for each origin.
 */
export const createHttpCall = (given: {
  clock: Clock
  connectionsMax: number
  trust?: TlsTrust
}): HttpCall => {
  const { clock, connectionsMax, trust = {} } = given
  const outbox = new Outbox()
  const running = new RunningExchanges<Exchange>()
  const watchedSignals = new WeakSet<AbortSignal>()
  const origins = new Map<string, Connections>()
  const targets = new Map<string, Map<object, Target>>()
  let sweeping = false
  let watchingIdle = false
  let closed = false

  const connectionsOf = (place: Place): Connections => {
    let connections = origins.get(place.origin)
    if (!connections) {
      connections = createConnections(place, {
        connectionsMax,
        idleMsMax: IDLE_MS_MAX,
        now: clock.monotonic,
        trust,
        outbox,
      })
      origins.set(place.origin, connections)
    }
    return connections
  }

  /** A deployment's headers are one object for all its calls, so their text is made once. */
  const targetOf = ({ baseUrl, path, headers }: CallRequest): Target => {
    const url = baseUrl + path
    let ofUrl = targets.get(url)
    if (!ofUrl) {
      ofUrl = new Map()
      targets.set(url, ofUrl)
    }
    let target = ofUrl.get(headers)
    if (!target) {
      const place = placeOf(baseUrl)
      const head = requestHead(place, path, headers)
      target = { connections: connectionsOf(place), origin: place.origin, head }
      if (ofUrl.size >= TARGETS_KEPT) ofUrl.clear()
      ofUrl.set(headers, target)
    }
    return target
  }

  const sweep = (): void => {
    const now = clock.monotonic()
    for (const exchange of running.snapshot()) exchange.checkTime(now)
    sweeping = running.size > 0
    if (sweeping) clock.after(SWEEP_MS, sweep)
  }

  const lookForIdle = (): void => {
    const now = clock.monotonic()
    let open = 0
    for (const connections of origins.values()) {
      connections.closeIdle(now)
      open += connections.count()
    }
    watchingIdle = open > 0 && !closed
    if (watchingIdle) clock.after(IDLE_LOOK_MS, lookForIdle)
  }

  const begin = (exchange: Exchange): void => {
    running.add(exchange)
    if (exchange.request.signal) watch(exchange.request.signal)
    if (!sweeping) {
      sweeping = true
      clock.after(SWEEP_MS, sweep)
    }
    if (!watchingIdle) {
      watchingIdle = true
      clock.after(IDLE_LOOK_MS, lookForIdle)
    }
  }

  /** One listener a signal, however many calls share it, for as long as the signal lives. */
  const watch = (signal: AbortSignal): void => {
    if (watchedSignals.has(signal)) return
    watchedSignals.add(signal)
    const stopAll = (): void => {
      for (const exchange of running.snapshot()) {
        if (exchange.request.signal === signal) exchange.stop('aborted', STOPPED)
      }
    }
    signal.addEventListener('abort', stopAll, { once: true })
  }

  const call: Call = (request) => {
    if (closed) return Promise.resolve(notStarted('closed', 'the HTTP client is closed'))
    if (request.signal?.aborted) return Promise.resolve(notStarted('aborted', STOPPED))
    return new Promise<CallOutcome>((resolve) => {
      try {
        const target = targetOf(request)
        const exchange = new Exchange(request, target, clock, { running, resolve })
        begin(exchange)
        target.connections.start(exchange)
      } catch (error) {
        resolve(notStarted('connect', error instanceof Error ? error.message : String(error)))
      }
    })
  }

  const close = (): void => {
    closed = true
    for (const exchange of running.snapshot()) exchange.stop('closed', 'the HTTP client was closed')
    for (const connections of origins.values()) connections.destroy()
  }

  return { call, close }
}

const TARGETS_KEPT = 64

const STOPPED = 'the call was stopped'

const notStarted = (cause: BreakCause, message: string): CallOutcome => ({
  kind: 'broken',
  cause,
  message,
  totalMs: 0,
})
