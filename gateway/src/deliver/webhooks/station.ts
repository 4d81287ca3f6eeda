import { type Clock, type Ids, type Random, sleep } from '../../clock/clock.ts'
import type { GuardedCall, GuardedOutcome } from '../../outbound/guarded-call.ts'
import type { AttemptReceipt, DeliveryStore, DueDelivery, RecordedAttempt } from '../../storage/deliveries.ts'
import { askedPauseMs, pauseMs } from './backoff.ts'
import { messageOf } from './message.ts'
import { verdictOf } from './verdict.ts'

/** Sends events to the endpoints that subscribed to them, until each has said that it has them. */
export interface WebhookStation {
  /** There is something to send, or there may be. */
  wake(): void
  /** Begins nothing new; resolves when what is on its way has ended. */
  stop(): Promise<void>
}

export interface WebhookStationOptions {
  readonly store: DeliveryStore
  readonly call: GuardedCall
  readonly clock: Clock
  readonly random: Random
  readonly ids: Ids
  /** As they are now. */
  readonly settings: () => WebhookStationSettings
  /** An event that tells of a disabled endpoint is kept so long. */
  readonly noticeMs: () => number
  readonly crash: (point: string) => void
  readonly onDisabled: (disabled: NonNullable<AttemptReceipt['disabled']>) => void
  /** Something failed and is tried again. */
  readonly onError: (where: string, error: unknown) => void
}

export interface WebhookStationSettings {
  readonly timeoutMs: number
  readonly retryMs: number
  readonly pausesMs: readonly number[]
  readonly lookMs: number
  readonly inFlightMax: number
  readonly inFlightPerAccountMax: number
}

/** Old events that one look forgets at the most. */
const FORGET_MAX = 200
/** After the store failed to record an attempt; until it has, the receiver would get the event again. */
const RECORD_AGAIN_MS = 1_000

/**
 * A delivery is recorded after it was made, so a process that dies in between makes it again: at least once. What is
 * on its way is pending in the store, and of one endpoint and batch only the first pending one is due: in order.
 */
export const startWebhooks = (options: WebhookStationOptions): WebhookStation => {
  const { store, clock, settings, onError } = options
  const onTheWay = new Map<DueDelivery, Promise<void>>()
  const stopping = new AbortController()
  let cancelLook = (): void => {}
  let looking = false
  let lookAgain = false

  const countOf = (account: string): number =>
    [...onTheWay.keys()].filter((delivery) => delivery.account === account).length

  const hasRoom = (account: string): boolean => countOf(account) < settings().inFlightPerAccountMax

  const start = (delivery: DueDelivery): void => {
    const done = deliver(options, delivery, stopping.signal).finally(() => {
      onTheWay.delete(delivery)
      wake()
    })
    onTheWay.set(delivery, done)
  }

  /** Those of an account that has enough on their way leave their places to others. */
  const startWhatIsDue = async (): Promise<void> => {
    for (;;) {
      const free = settings().inFlightMax - onTheWay.size
      if (free <= 0 || stopping.signal.aborted) return
      const accounts = new Set([...onTheWay.keys()].map(({ account }) => account))
      const skipAccounts = [...accounts].filter((account) => !hasRoom(account))
      const refs = [...onTheWay.keys()].map(({ endpoint, seq }) => ({ endpoint, seq }))
      const due = await store.due({ max: free, skipAccounts, onTheWay: refs })
      if (stopping.signal.aborted) return
      const started = due.filter((delivery) => {
        if (!hasRoom(delivery.account)) return false
        start(delivery)
        return true
      })
      if (due.length < free || started.length === 0) return
    }
  }

  const look = async (): Promise<void> => {
    looking = true
    do {
      lookAgain = false
      await startWhatIsDue().catch((error) => onError('look for events to deliver', error))
    } while (lookAgain && !stopping.signal.aborted)
    looking = false
  }

  const wake = (): void => {
    lookAgain = true
    if (!looking && !stopping.signal.aborted) void look()
  }

  const lookNowAndThen = (): void => {
    cancelLook = clock.after(settings().lookMs, () => {
      wake()
      store.forgetEvents(FORGET_MAX).catch((error) => onError('forget old events', error))
      lookNowAndThen()
    })
  }

  wake()
  lookNowAndThen()
  return {
    wake,
    async stop() {
      stopping.abort()
      cancelLook()
      await Promise.all(onTheWay.values())
    },
  }
}

const deliver = async (
  options: WebhookStationOptions,
  delivery: DueDelivery,
  stopping: AbortSignal,
): Promise<void> => {
  const { clock, random, ids, settings, noticeMs, crash } = options
  crash('webhook.before_send')
  const startedAt = clock.monotonic()
  const outcome = await send(options, delivery)
  const ms = Math.round(clock.monotonic() - startedAt)
  crash('webhook.after_send')
  const { kind, status, error } = verdictOf(outcome)
  const { retryMs: roundMs, pausesMs } = settings()
  const askedMs = outcome.kind === 'answered' ? askedPauseMs(outcome.retryAfter, clock.now()) : 0
  const retryMs = pauseMs(delivery.tries, pausesMs, { random, askedMs })
  const attempt: RecordedAttempt = {
    delivery,
    attempt: { ms, status, error },
    outcome: kind === 'failed' ? { kind, retryMs } : { kind },
    roundMs,
    notice: { eventId: ids.next('evt_'), keptMs: noticeMs() },
  }
  await record(options, attempt, stopping)
}

/** An event that cannot be sent at all fails like one that nobody takes: the next attempt may be after a repair. */
const send = async (
  { call, clock, settings, onError }: WebhookStationOptions,
  delivery: DueDelivery,
): Promise<GuardedOutcome> => {
  try {
    const { headers, body } = messageOf(delivery, clock.now())
    const { timeoutMs } = settings()
    return await call({ url: delivery.url, method: 'POST', headers, body, timeoutMs })
  } catch (error) {
    onError('send an event', error)
    return { kind: 'failed', message: 'a fault of ours' }
  }
}

const record = async (
  { store, clock, onDisabled, onError }: WebhookStationOptions,
  attempt: RecordedAttempt,
  stopping: AbortSignal,
): Promise<void> => {
  const { endpoint, seq } = attempt.delivery
  const order = { ...attempt, delivery: { endpoint, seq } }
  for (;;) {
    try {
      const { disabled } = await store.record(order)
      if (disabled) onDisabled(disabled)
      return
    } catch (error) {
      onError('record a delivery', error)
      if (stopping.aborted) return
      await sleep(clock, RECORD_AGAIN_MS)
    }
  }
}
