import { expect, it } from 'vitest'
import { createManualClock } from '../../clock/manual-clock.ts'
import type { Deployment } from '../../provider/deployment.ts'
import { tokensIn } from './gate.fixture.ts'
import { createGates } from './gates.ts'

const deployment = (more: Partial<Deployment> = {}): Deployment => ({
  id: 'a',
  model: 'batch-4.1',
  provider: 'openai',
  outputTokensDefault: 4_096,
  providerModel: 'gpt-4.1',
  baseUrl: 'http://127.0.0.1',
  apiKey: 'key',
  weight: 1,
  limits: {
    concurrencyMax: 100,
    concurrencyInitial: 10,
    firstByteMsMax: 1_000,
    totalMsMax: 1_000,
    interactiveShare: 0,
  },
  costBook: 'gpt-4.1',
  ...more,
})

const open = (learned = new Map<string, { concurrency: number; ceiling: number }>()) =>
  createGates({ clock: createManualClock(), learned, ratesOf: () => undefined })

it('gives a deployment that comes back the gate that it left, calls in flight included', () => {
  const gates = open()
  const gate = gates.of(deployment())
  gate.tryEnter('batch', tokensIn(1))
  gates.of(deployment({ id: 'b' }))
  expect(gates.of(deployment({ weight: 3, model: 'other', costBook: 'x' }))).toBe(gate)
  expect(gate.state().inFlight).toBe(1)
})

it('adjusts a gate to the limits that its deployment has now', () => {
  const gates = open()
  const { limits } = deployment()
  const gate = gates.of(deployment())
  gates.of(deployment({ limits: { ...limits, concurrencyMax: 2 } }))
  expect(gate.limit()).toBe(2)
})

it('takes another address, key or model of the provider for another place', () => {
  const gates = open()
  const gate = gates.of(deployment())
  for (const more of [{ apiKey: 'other' }, { baseUrl: 'http://127.0.0.2' }, { providerModel: 'other' }]) {
    expect(gates.of(deployment(more))).not.toBe(gate)
  }
})

it('begins with what an earlier process learnt, where it is the same place as far as is known', () => {
  const gates = open(new Map([['a', { concurrency: 40, ceiling: 50 }]]))
  expect(gates.of(deployment()).limit()).toBe(40)
  expect(gates.of(deployment({ apiKey: 'other' })).limit()).toBe(10)
})
