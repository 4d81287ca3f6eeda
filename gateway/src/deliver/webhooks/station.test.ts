import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../../clock/manual-clock.ts'
import { DEFAULT_WEBHOOKS } from '../../config/default-limits.ts'
import type { GuardedOrder, GuardedOutcome } from '../../outbound/guarded-call.ts'
import type { DeliveryRef, DeliveryStore, DueDelivery, RecordedAttempt } from '../../storage/deliveries.ts'
import { startWebhooks, type WebhookStation, type WebhookStationSettings } from './station.ts'

const SECRET = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX'

const deliveryOf = (seq: number, more: Partial<DueDelivery> = {}): DueDelivery => ({
  endpoint: 'hook',
  seq,
  account: 'acme',
  event: { id: `evt_${seq}`, type: 'webhook.test', createdAt: 5_000, data: '{"id":"hook"}' },
  url: `https://hooks.example/${seq}`,
  format: 'standard',
  secrets: [SECRET],
  tries: 0,
  ...more,
})

const stations: WebhookStation[] = []
afterEach(async () => {
  for (const station of stations.splice(0)) void station.stop()
})

/** A store with these deliveries, which are due until they are recorded, and calls that end when the test says so. */
const stage = (deliveries: DueDelivery[], settings: Partial<WebhookStationSettings> = {}) => {
  const clock = createManualClock()
  const waiting = [...deliveries]
  const recorded: RecordedAttempt[] = []
  const calls: Array<{ order: GuardedOrder; end: (outcome: GuardedOutcome) => void }> = []
  const errors: string[] = []
  const disabled: unknown[] = []
  let failures = 0
  const isSame = (left: DeliveryRef) => (right: DeliveryRef) =>
    left.seq === right.seq && left.endpoint === right.endpoint
  const store: DeliveryStore = {
    due: async ({ max, skipAccounts, onTheWay }) =>
      waiting
        .filter((each) => !skipAccounts.includes(each.account) && !onTheWay.some(isSame(each)))
        .slice(0, max),
    async record(attempt) {
      if (failures > 0) {
        failures -= 1
        throw new Error('away')
      }
      recorded.push(attempt)
      waiting.splice(waiting.findIndex(isSame(attempt.delivery)), 1)
      return attempt.outcome.kind === 'gone'
        ? { disabled: { endpoint: 'hook', account: 'acme', reason: 'gone' } }
        : { disabled: null }
    },
    forgetEvents: async () => 0,
  }
  const station = startWebhooks({
    store,
    call: (order) => new Promise((end) => calls.push({ order, end })),
    clock,
    random: { next: () => 0.5 },
    ids: { next: (prefix) => `${prefix}fresh` },
    settings: () => ({ ...DEFAULT_WEBHOOKS, ...settings }),
    noticeMs: () => 9_000,
    crash: () => {},
    onDisabled: (each) => disabled.push(each),
    onError: (where) => errors.push(where),
  })
  stations.push(station)
  return {
    clock,
    waiting,
    recorded,
    calls,
    errors,
    disabled,
    station,
    failNextRecords(count: number) {
      failures = count
    },
    /** Ends the oldest call. */
    async end(outcome: GuardedOutcome) {
      calls.shift()?.end(outcome)
      await turn()
    },
  }
}

const answered = (status: number, retryAfter?: string): GuardedOutcome => ({
  kind: 'answered',
  status,
  retryAfter,
})

describe('the station of webhooks', () => {
  it('posts what is due, and records what it came to', async () => {
    const { calls, recorded, end, clock } = stage([deliveryOf(1)])
    await turn()
    expect(calls[0]?.order).toMatchObject({
      url: 'https://hooks.example/1',
      method: 'POST',
      timeoutMs: 10_000,
      headers: { 'webhook-id': 'evt_1', 'webhook-timestamp': '1000', 'content-type': 'application/json' },
      body: '{"id":"evt_1","object":"event","created_at":5,"type":"webhook.test","data":{"id":"hook"}}',
    })
    clock.advance(40)
    await end(answered(204))
    expect(recorded).toEqual([
      {
        delivery: { endpoint: 'hook', seq: 1 },
        attempt: { ms: 40, status: 204, error: null },
        outcome: { kind: 'delivered' },
        roundMs: 86_400_000,
        notice: { eventId: 'evt_fresh', keptMs: 9_000 },
      },
    ])
  })

  it.each<[GuardedOutcome, Partial<RecordedAttempt>]>([
    [
      answered(500),
      {
        attempt: { ms: 0, status: 500, error: 'it answered 500' },
        outcome: { kind: 'failed', retryMs: 30_000 },
      },
    ],
    [answered(429, '90'), { outcome: { kind: 'failed', retryMs: 90_000 } }],
    [answered(302), { outcome: { kind: 'failed', retryMs: 30_000 } }],
    [answered(410), { outcome: { kind: 'gone' } }],
    [
      { kind: 'refused', message: 'it is inside' },
      {
        attempt: { ms: 0, status: null, error: 'it is inside' },
        outcome: { kind: 'failed', retryMs: 30_000 },
      },
    ],
    [{ kind: 'failed', message: 'no answer' }, { attempt: { ms: 0, status: null, error: 'no answer' } }],
  ])('after %j it records %j', async (outcome, attempt) => {
    const { recorded, end } = stage([deliveryOf(1, { tries: 1 })])
    await turn()
    await end(outcome)
    expect(recorded).toMatchObject([attempt])
  })

  it('tells the operator of an endpoint that was disabled', async () => {
    const { disabled, end } = stage([deliveryOf(1)])
    await turn()
    await end(answered(410))
    expect(disabled).toEqual([{ endpoint: 'hook', account: 'acme', reason: 'gone' }])
  })

  it('has so many on their way and no more, and goes on when one has ended', async () => {
    const all = Array.from({ length: 5 }, (_, seq) => deliveryOf(seq, { account: `a${seq}` }))
    const { calls, recorded, end } = stage(all, { inFlightMax: 2 })
    await turn()
    expect(calls).toHaveLength(2)
    await end(answered(200))
    expect(calls).toHaveLength(2)
    for (let left = 4; left > 0; left -= 1) await end(answered(200))
    expect(recorded.map(({ delivery }) => delivery.seq)).toEqual([0, 1, 2, 3, 4])
  })

  it('keeps places free for others beside an account whose receivers are slow', async () => {
    const slow = Array.from({ length: 9 }, (_, seq) => deliveryOf(seq, { account: 'slow' }))
    const { calls } = stage([...slow, deliveryOf(10, { account: 'quick' })], {
      inFlightMax: 4,
      inFlightPerAccountMax: 2,
    })
    await turn()
    await turn()
    expect(calls.map(({ order }) => order.url.slice(-2))).toEqual(['/0', '/1', '10'])
  })

  it('never sends one twice at a time, however often it looks', async () => {
    const { calls, station, clock } = stage([deliveryOf(1)])
    for (let time = 0; time < 5; time += 1) {
      station.wake()
      clock.advance(1_000)
      await turn()
    }
    expect(calls).toHaveLength(1)
  })

  it('finds by itself what nobody announced', async () => {
    const { calls, waiting, clock } = stage([])
    await turn()
    waiting.push(deliveryOf(1))
    clock.advance(1_000)
    await turn()
    expect(calls).toHaveLength(1)
  })

  it('records again what the store did not take, and does not send again meanwhile', async () => {
    const { calls, recorded, errors, clock, end, failNextRecords } = stage([deliveryOf(1)])
    await turn()
    failNextRecords(2)
    await end(answered(200))
    for (let time = 0; time < 2; time += 1) {
      clock.advance(1_000)
      await turn()
    }
    expect(recorded).toHaveLength(1)
    expect(errors).toEqual(['record a delivery', 'record a delivery'])
    expect(calls).toEqual([])
  })

  it('counts what it cannot even write as a failure', async () => {
    const { recorded, errors } = stage([
      deliveryOf(1, { event: { ...deliveryOf(1).event, data: 'no JSON' } }),
    ])
    await turn()
    await turn()
    expect(recorded).toMatchObject([{ attempt: { error: 'a fault of ours' }, outcome: { kind: 'failed' } }])
    expect(errors).toEqual(['send an event'])
  })

  it('stops when what is on its way has ended and is recorded, and begins nothing new', async () => {
    const { station, recorded, waiting, calls, end } = stage([deliveryOf(1)])
    await turn()
    let stopped = false
    const stop = station.stop().then(() => {
      stopped = true
    })
    waiting.push(deliveryOf(2))
    station.wake()
    await turn()
    expect(stopped).toBe(false)
    await end(answered(200))
    await stop
    expect(recorded).toHaveLength(1)
    expect(calls).toEqual([])
  })
})
