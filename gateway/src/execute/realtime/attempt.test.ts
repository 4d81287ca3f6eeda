import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../clock/manual-clock.ts'
import type { Deployment } from '../../provider/deployment.ts'
import { openaiProtocol } from '../../provider/openai/protocol.ts'
import { passThrough } from '../../provider/pass-through.ts'
import { UNOBSERVED } from '../observer.ts'
import { createAttempt } from './attempt.ts'
import type { Route } from './routes.ts'
import { runOf } from './shard-run.fixture.ts'
import type { Pending } from './shard-run.ts'
import { createTypical } from './typical.ts'

const ENDPOINT = '/v1/chat/completions'

const DEPLOYMENT: Deployment = {
  id: 'one',
  model: 'batch-4.1',
  provider: 'openai',
  outputTokensDefault: 4_096,
  providerModel: 'gpt-4.1',
  baseUrl: 'http://one',
  apiKey: 'sk-one',
  weight: 1,
  limits: {
    concurrencyMax: 1,
    concurrencyInitial: 1,
    firstByteMsMax: 1,
    totalMsMax: 1,
    interactiveShare: 0,
  },
  costBook: 'gpt-4.1',
}

/** Everything that happens, in its order; `naming` runs when the store is told which request runs alone. */
const open = (naming: () => void = () => {}) => {
  const clock = createManualClock()
  const log: string[] = []
  let mayStart = true
  const refusals: string[] = []
  const attempt = createAttempt({
    clock,
    random: { next: () => 0.5 },
    call: async () => {
      log.push('call')
      return { kind: 'broken', cause: 'reset', message: 'reset', totalMs: 1 }
    },
    sink: {
      add: () => void log.push('answer'),
      waste: () => {},
      unacknowledged: () => 0,
      trouble: () => undefined,
      settled: async () => {},
    },
    store: {
      suspect: async (_ref, position) => {
        const told = position === null ? 'clear' : `name ${position}`
        log.push(told)
        if (refusals.includes(told)) {
          refusals.splice(refusals.indexOf(told), 1)
          throw new Error('the store is away')
        }
        if (position !== null) naming()
        return { kind: 'recorded' }
      },
    },
    observer: UNOBSERVED,
    mayStart: () => mayStart,
    costOf: () => undefined,
    crash: () => {},
    answerBytesMax: 1,
  })
  const route: Route = {
    deployment: DEPLOYMENT,
    channel: passThrough(
      {
        endpoints: new Set([ENDPOINT]),
        target: () => ({ path: '/', headers: {} }),
        interpret: () => ({ kind: 'failure', class: 'bad_request', code: 'no', message: 'no' }),
        stream: openaiProtocol.stream,
        billedText: () => ({ input: [], inputTokens: 0, output: [] }),
      },
      DEPLOYMENT,
      ENDPOINT,
    ),
    permit: { done: () => void log.push('done'), unused: () => void log.push('unused') },
    typical: createTypical(),
  }
  const forbid = (): void => {
    mayStart = false
  }
  return { attempt, clock, log, refusals, route, forbid }
}

const pendingOf = (run: Pending['run']): Pending => ({
  position: 1,
  customId: '"a"',
  fragment: Buffer.from('{}'),
  variant: 0,
  run,
  history: undefined,
  failedOn: new Set(),
  firstCallAt: undefined,
})

describe('a request of a shard whose workers died', () => {
  it('is named before its call and cleared after its answer', async () => {
    const { attempt, log, route } = open()
    const next = await attempt.run(pendingOf(runOf({ crashes: 3 })), route)
    expect(next).toEqual({ kind: 'over' })
    expect(log).toEqual(['name 1', 'call', 'done', 'answer', 'clear'])
  })

  it('is not sent where the lease ran out while it was named', async () => {
    const { attempt, log, route, forbid } = open(() => forbid())
    const next = await attempt.run(pendingOf(runOf({ crashes: 3 })), route)
    expect(next.kind).not.toBe('over')
    expect(log).toEqual(['name 1', 'unused', 'clear'])
  })

  it('is not sent where its batch was stopped while it was named', async () => {
    const run = runOf({ crashes: 3 })
    const { attempt, log, route } = open(() => {
      run.stopCause = 'cancel'
    })
    await attempt.run(pendingOf(run), route)
    expect(log).toEqual(['name 1', 'unused', 'clear'])
  })

  it('is cleared as soon as the store is back', async () => {
    const { attempt, clock, log, refusals, route } = open()
    refusals.push('clear')
    const run = attempt.run(pendingOf(runOf({ crashes: 3 })), route)
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
    clock.step()
    await run
    expect(log.slice(-2)).toEqual(['clear', 'clear'])
  })
})

it('a request of any other shard is sent without the store', async () => {
  const { attempt, log, route } = open()
  await attempt.run(pendingOf(runOf()), route)
  expect(log).toEqual(['call', 'done', 'answer'])
})
