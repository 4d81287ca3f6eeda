import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { createManualClock } from '../../clock/manual-clock.ts'
import { DEFAULT_WEBHOOKS } from '../../config/default-limits.ts'
import type { GuardedOrder } from '../../outbound/guarded-call.ts'
import { createMemoryBlobs } from '../../storage/blobs/memory.ts'
import { openSqliteDirect } from '../../storage/sqlite/direct.ts'
import type { Store } from '../../storage/store.ts'
import { startWebhooks, type WebhookStation } from './station.ts'

/** The station over a real store, in a day of its own clock. */

const SECRET = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX'
const LOOK_MS = 5_000
const DAY_S = 86_400

/** The store answers within a few turns of the loop. */
const settled = async (): Promise<void> => {
  for (let turns = 0; turns < 3; turns += 1) await turn()
}

let store: Store
let station: WebhookStation
afterEach(async () => {
  await station.stop()
  await store.close()
})

const stage = (answer: (order: GuardedOrder, atSeconds: number) => number) => {
  const clock = createManualClock(1_780_000_000_000)
  const start = clock.now()
  const attempts: Array<readonly [path: string, atSeconds: number]> = []
  store = openSqliteDirect({ path: ':memory:', now: clock.now, blobs: createMemoryBlobs() })
  const run = async (): Promise<void> => {
    station = startWebhooks({
      store: store.deliveries,
      async call(order) {
        const at = (clock.now() - start) / 1_000
        attempts.push([new URL(order.url).pathname, at])
        return { kind: 'answered', status: answer(order, at), retryAfter: undefined }
      },
      clock,
      random: { next: () => 0.5 },
      ids: { next: (prefix) => `${prefix}notice` },
      settings: () => ({ ...DEFAULT_WEBHOOKS, lookMs: LOOK_MS }),
      noticeMs: () => 1_000,
      crash: () => {},
      onDisabled: () => {},
      onError: (where, error) => {
        throw new Error(where, { cause: error })
      },
    })
    await settled()
  }
  const add = (name: string) =>
    store.tenant('acme').createWebhook(
      {
        id: `webhook_${name}`,
        url: `https://h.test/${name}`,
        format: 'standard',
        events: ['batch.created'],
        description: '',
        secret: SECRET,
      },
      20,
    )
  const passSeconds = async (seconds: number): Promise<void> => {
    for (const end = clock.now() + seconds * 1_000; clock.now() < end; ) {
      clock.advance(LOOK_MS)
      await settled()
    }
  }
  return { run, add, attempts, passSeconds }
}

const test = (webhook: string, eventId: string) =>
  store
    .tenant('acme')
    .testWebhook(webhook, { eventId, data: JSON.stringify({ id: webhook }), keptMs: 2_000 * DAY_S })

it('an event that nobody takes is tried for a day, ever more rarely, and then its endpoint is disabled', async () => {
  const { run, add, attempts, passSeconds } = stage(() => 500)
  await add('never')
  await test('webhook_never', 'evt_1')
  await run()
  await passSeconds(DAY_S + 1_000)
  expect(attempts.map(([, at]) => at)).toEqual([
    0,
    5,
    35,
    155,
    755,
    2_555,
    6_155,
    13_355,
    27_755,
    56_555,
    85_355,
    DAY_S,
  ])
  const webhook = await store.tenant('acme').webhook('webhook_never')
  expect(webhook?.disabled?.reason).toBe('no delivery has succeeded for 24 h')
  const [delivery] = await store.tenant('acme').deliveries('webhook_never', { limit: 9 })
  expect(delivery).toMatchObject({ state: 'failed', attempts: 12 })
})

it('one that is taken at last stays enabled, and its owner hears nothing', async () => {
  const { run, add, attempts, passSeconds } = stage(({ url }, at) =>
    url.endsWith('late') && at < 20_000 ? 503 : 200,
  )
  await add('late')
  await add('other')
  await test('webhook_late', 'evt_1')
  await run()
  await passSeconds(30_000)
  expect(attempts.at(-1)).toEqual(['/late', 27_755])
  expect(await store.tenant('acme').webhook('webhook_late')).toMatchObject({
    disabled: null,
    failingSince: null,
  })
})

it('the owner of one that is disabled hears of it at another one at once', async () => {
  const { run, add, attempts, passSeconds } = stage(({ url }) => (url.endsWith('gone') ? 410 : 200))
  await add('gone')
  await add('other')
  await test('webhook_gone', 'evt_1')
  await run()
  await passSeconds(60)
  expect(attempts.map(([path]) => path)).toEqual(['/gone', '/other'])
})
