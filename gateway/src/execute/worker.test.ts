import { describe, expect, it } from 'vitest'
import { createManualClock } from '../clock/manual-clock.ts'
import type { ClaimedShard, ShardRef } from '../storage/engine.ts'
import type { RealtimeEngine } from './realtime/engine.ts'
import { startWorker, type WorkerLoopStore } from './worker.ts'

const TICK_MS = 1_000

const shard = (id: number): ClaimedShard => ({
  id,
  epoch: 1,
  batch: 'b',
  account: 'acme',
  dialect: 'native',
  endpoint: '/v1/chat/completions',
  model: 'batch-4.1',
  number: 0,
  count: 1,
  crashes: 0,
  accused: null,
  done: new Uint8Array(1),
  blob: 'inputs/b',
  index: new Uint8Array(0),
  template: '',
  sell: '',
  claimedAt: 0,
  windowEnd: 1,
  cause: null,
  trace: null,
})

/** A store in which only the verbs of this test do anything, and an engine that notes what it is told. */
const open = async (claim: () => Promise<ClaimedShard[]>, held: () => ShardRef[] = () => []) => {
  const clock = createManualClock()
  const log: string[] = []
  const runs = new Set<number>()
  const store: WorkerLoopStore = {
    join: async () => {},
    renew: async () => ({ alive: true }),
    fence: async () => ({ shards: 0 }),
    leave: async () => void log.push('leave'),
    claim,
    release: async (ref) => {
      log.push(`release ${ref.shard}`)
      return { kind: 'released' }
    },
    tick: async () => ({ stopping: [], held: held() }),
  }
  const engine: RealtimeEngine = {
    start: ({ id }) => {
      log.push(`start ${id}`)
      runs.add(id)
    },
    stopBatches: () => {},
    stopAll: (cause) => void log.push(cause),
    lose: () => {},
    receipt: () => {},
    unwanted: () => ({ skipModels: [], sated: [] }),
    appetite: () => 0,
    runs: () => runs.size,
    holds: (id) => runs.has(id),
    inFlight: () => 0,
    load: () => new Map(),
    pump: () => {},
    park: () => {},
    idle: async () => void log.push('idle'),
  }
  const worker = await startWorker({
    store,
    clock,
    ids: { next: (prefix) => `${prefix}1` },
    incarnate: (name) => ({ worker: name, engine }),
    alone: true,
    leaseMs: 10_000,
    tickMs: TICK_MS,
    onError: () => {},
    onTick: async () => {},
  })
  const tick = (): Promise<void> => {
    clock.advance(TICK_MS)
    return settled()
  }
  return { worker, log, tick }
}

/** Once every promise that can go on has gone on. */
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })

describe('a worker', () => {
  it('hands back what a claim has taken whose reply was lost', async () => {
    let isLost = true
    const { log, tick } = await open(
      async () => {
        if (!isLost) return []
        isLost = false
        throw new Error('the connection broke while the commit was under way')
      },
      () => [{ shard: 7, epoch: 1, worker: 'worker_1' }],
    )
    await tick()
    expect(log).toEqual(['release 7'])
  })

  it('goes on claiming while accounts come anew, without an appetite', async () => {
    const claims = [[1, 2, 3, 4].map(shard), [shard(5)], [shard(6)]]
    const { log } = await open(async () => claims.shift() ?? [])
    await settled()
    expect(log).toEqual([1, 2, 3, 4, 5].map((id) => `start ${id}`))
  })

  it('waits for the next turn with batches that stop, without an appetite', async () => {
    const stopped = [1, 2, 3, 4].map((id) => ({ ...shard(id), cause: 'cancel' as const }))
    const claims = [stopped, [shard(5)]]
    const { log } = await open(async () => claims.shift() ?? [])
    await settled()
    expect(log).toEqual([1, 2, 3, 4].map((id) => `start ${id}`))
  })

  it('keeps what it runs, and what a claim under way may be about to bring', async () => {
    const claims = [Promise.resolve([shard(1)]), new Promise<ClaimedShard[]>(() => {})]
    const held = [1]
    const { log, tick } = await open(
      () => claims.shift() ?? Promise.resolve([]),
      () => held.map((id) => ({ shard: id, epoch: 1, worker: 'worker_1' })),
    )
    // Each tick ends with a claim: the second one takes shard 2, and its reply is still on its way.
    await tick()
    held.push(2)
    await tick()
    expect(log).toEqual(['start 1'])
  })

  it('waits for the claim under way when it stops, so that its shards stop too', async () => {
    const claim = Promise.withResolvers<ClaimedShard[]>()
    const { worker, log } = await open(() => claim.promise)
    const stopped = worker.stop(0)
    claim.resolve([shard(1)])
    await stopped
    expect(log).toEqual(['shutdown', 'start 1', 'idle', 'leave'])
  })
})
