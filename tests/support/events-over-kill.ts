import { expect } from 'vitest'
import type { CrashPoint } from '../../gateway/src/crash/crash-points.ts'
import { deployment } from './config-file.ts'
import { createBody, jobRequests } from './job.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import { type Stage, withStage } from './stage.ts'
import { stuckProvider } from './stuck.ts'
import { until } from './wait.ts'

/** What one batch goes through while its process is killed, and which events that makes. */
export const EVENTS = {
  completed: ['batch.created', 'batch.completed'],
  cancelled: ['batch.created', 'batch.cancelling', 'batch.cancelled'],
} as const

export interface EventsOverKill {
  readonly point: CrashPoint
  readonly nth: number
  readonly ends: keyof typeof EVENTS
  /** How often the receiver gets each of these events, where that is sure. */
  readonly times?: Readonly<Record<string, number>>
}

const REQUESTS = jobRequests('told', 8)
const KILLED = { code: null, signal: 'SIGKILL' }
const FAST = { defaults: { firstByteMs: 5, answerTokens: 20 } }

/**
 * A batch brings a webhook along that asks for every event, and the process is killed at the point. What the receiver
 * has got in the end: exactly the events that happened, each at least once, in their order.
 */
export const eventsOverKill = async ({ point, nth, ends, times = {} }: EventsOverKill): Promise<void> => {
  const receiver = await startReceiver()
  const config = (url: string) => ({
    deployments: [deployment({ url })],
    webhooks: { allowed_hosts: ['127.0.0.1'] },
  })
  const simulator = ends === 'completed' ? FAST : stuckProvider('rate_limit')
  try {
    await withStage({ simulator, config }, async (stage) => {
      const life = stage.spawn({ env: { SHEEPFOLD_CRASH_AT: `${point}:${nth}` } })
      const created = stage.client.create(bodyFor(receiver), 'told-batch')
      const cancelled =
        ends === 'cancelled' ? created.then(({ batch_id }) => cancelOnceRunning(stage, batch_id)) : created
      expect(await life.exited, life.stderr()).toEqual(KILLED)
      const last = await stage.start()
      await cancelled
      const { batch_id } = await created
      await stage.client.ended(batch_id)
      await receiver.gotType(`batch.${ends}`, batch_id)
      expect((await last.stop()).code, last.stderr()).toBe(0)
      expectEvents(receiver, ends)
      for (const [type, count] of Object.entries(times)) {
        expect(receiver.received.filter((event) => event.type === type)).toHaveLength(count)
      }
    })
  } finally {
    await receiver.close()
  }
}

const bodyFor = ({ url }: Receiver): string =>
  JSON.stringify({
    ...JSON.parse(createBody(REQUESTS)),
    webhook: {
      url: `${url}/told`,
      events: ['batch.created', 'batch.cancelling', 'batch.completed', 'batch.failed', 'batch.cancelled'],
    },
  })

const cancelOnceRunning = async (stage: Stage, id: string): Promise<void> => {
  await until('some answers', async () => ((await stage.client.get(id)).counts?.succeeded ?? 0) > 0)
  await stage.client.cancel(id)
}

/** Repeats put aside: one that is repeated comes before the next one begins. */
const expectEvents = ({ received }: Receiver, ends: keyof typeof EVENTS): void => {
  const told = received.map(({ type }) => type)
  expect(told.filter((type, at) => type !== told[at - 1])).toEqual(EVENTS[ends])
  const ids = new Map(received.map(({ type, id }) => [type, id]))
  expect(received.every(({ type, id }) => ids.get(type) === id)).toBe(true)
  expect(new Set(ids.values()).size).toBe(EVENTS[ends].length)
}
