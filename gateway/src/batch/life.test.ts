import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../clock/manual-clock.ts'
import { noCrash } from '../crash/crash-points.ts'
import { createMemoryBlobs } from '../storage/blobs/memory.ts'
import {
  answer,
  createStage,
  LEASE_MS,
  missing,
  RETENTION_MS,
  refOf,
  type Stage,
  unanswered,
  WINDOW_MS,
} from '../storage/contract/stage.fixture.ts'
import type { ClaimedShard } from '../storage/engine.ts'
import { openDatabase } from '../storage/sqlite/open.ts'
import { sqliteDb } from '../storage/sqlite/sqlite-db.ts'
import { storePorts } from '../storage/store-ports.ts'
import {
  BATCH_EDGES,
  type BatchCounts,
  type BatchOutcome,
  type BatchState,
  outcomeOf,
  type StopCause,
  unansweredKind,
} from './batch-life.ts'
import { SHARD_EDGES, type ShardState } from './shard-life.ts'

const WORKERS = ['w1', 'w2', 'w3']
const BATCHES = ['b0', 'b1', 'b2', 'b3']
const CAUSES: readonly StopCause[] = ['cancel', 'deadline', 'delete', 'budget']

/** One call of a verb; the numbers choose among what there is. */
type Verb =
  | { verb: 'accept' | 'remove'; batch: string }
  | { verb: 'stop'; batch: string; cause: StopCause }
  | { verb: 'join'; worker: string; alone: boolean }
  | { verb: 'renew' | 'leave' | 'tick'; worker: string }
  | { verb: 'claim'; worker: string; max: number }
  | { verb: 'append' | 'seal' | 'release' | 'suspect'; worker: string; shard: number; position: number }
  | { verb: 'answerRest'; worker: string; shard: number }
  | { verb: 'fence' | 'purge' }
  | { verb: 'advance'; ms: number }

const worker = fc.constantFrom(...WORKERS)
const batch = fc.constantFrom(...BATCHES)
const shard = fc.nat(7)
const verb: fc.Arbitrary<Verb> = fc.oneof(
  fc.record({ verb: fc.constantFrom('accept' as const, 'accept' as const, 'remove' as const), batch }),
  fc.record({ verb: fc.constant('stop' as const), batch, cause: fc.constantFrom(...CAUSES) }),
  fc.record({ verb: fc.constant('join' as const), worker, alone: fc.boolean() }),
  fc.record({ verb: fc.constantFrom('renew' as const, 'leave' as const, 'tick' as const), worker }),
  { weight: 3, arbitrary: fc.record({ verb: fc.constant('claim' as const), worker, max: fc.nat(3) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      verb: fc.constantFrom('append' as const, 'seal' as const, 'release' as const, 'suspect' as const),
      worker,
      shard,
      position: fc.nat(1),
    }),
  },
  { weight: 3, arbitrary: fc.record({ verb: fc.constant('answerRest' as const), worker, shard }) },
  fc.record({ verb: fc.constantFrom('fence' as const, 'purge' as const) }),
  fc.record({
    verb: fc.constant('advance' as const),
    ms: fc.constantFrom(1, LEASE_MS / 2, LEASE_MS, WINDOW_MS, RETENTION_MS),
  }),
)

/** The states of all batches and shards, as the rows have them. */
type States = ReadonlyMap<string, { state: string; epoch: number }>

const openWorld = () => {
  const clock = createManualClock()
  const database = openDatabase(':memory:')
  const blobs = createMemoryBlobs()
  const db = sqliteDb(database, { now: clock.now, crash: noCrash })
  const ports = storePorts({ db, blobs, crash: noCrash })
  const stage = createStage({ ports, blobs, advance: clock.advance, close: db.close })
  const rows = database.prepare(`
    SELECT 'batch ' || id AS name, state, 0 AS epoch FROM batch
    UNION ALL SELECT 'shard ' || id, state, epoch FROM shard`)
  const states = (): States =>
    new Map(
      rows
        .all()
        .map(({ name, state, epoch }) => [String(name), { state: String(state), epoch: Number(epoch) }]),
    )
  return { stage, states }
}

type World = ReturnType<typeof openWorld>

/** What each worker was given, also where it lost it since: stale owners go on acting. */
type Given = Map<string, ClaimedShard[]>

const givenTo = (given: Given, step: { worker: string; shard: number }): ClaimedShard | undefined => {
  const shards = given.get(step.worker) ?? []
  return shards[step.shard % Math.max(1, shards.length)]
}

const isIncomplete = (error: unknown): boolean =>
  error instanceof Error && /have an answer/.test(error.message)

const runShardVerb = async (
  stage: Stage,
  step: Extract<Verb, { position: number }>,
  claimed: ClaimedShard,
): Promise<void> => {
  const ref = refOf(step.worker, claimed)
  switch (step.verb) {
    case 'append':
      await stage.append(step.worker, claimed.id, [answer(step.position)])
      return
    case 'seal':
      // A seal that comes too early is refused, and must change nothing.
      await stage.engine.seal(ref).catch((error: unknown) => {
        if (!isIncomplete(error)) throw error
      })
      return
    case 'release':
      await stage.engine.release(ref)
      return
    case 'suspect':
      await stage.engine.suspect(ref, step.position)
  }
}

/** Answers what the owner believes to lack an answer, as execution does where a batch stops, and seals. */
const answerRest = async (stage: Stage, owner: string, claimed: ClaimedShard): Promise<void> => {
  const kind = claimed.cause === null ? undefined : unansweredKind(claimed.cause)
  const entries = missing(claimed).map((at) => (kind ? unanswered(at, kind) : answer(at)))
  await stage.append(owner, claimed.id, entries)
  await stage.engine.seal(refOf(owner, claimed))
}

const run = async ({ stage }: World, given: Given, step: Verb): Promise<void> => {
  const { engine } = stage
  const tenant = stage.tenant()
  switch (step.verb) {
    case 'accept':
      if (!(await engine.existing([step.batch])).includes(step.batch)) {
        await stage.accept({ id: step.batch, counts: [2, 2] })
      }
      return
    case 'remove':
      await tenant.remove(step.batch)
      return
    case 'stop':
      await tenant.stop(step.batch, step.cause)
      return
    case 'join':
      await engine.join(step.worker, { leaseMs: LEASE_MS, alone: step.alone })
      return
    case 'renew':
      await engine.renew(step.worker, LEASE_MS)
      return
    case 'leave':
    case 'tick':
      await engine[step.verb](step.worker)
      return
    case 'claim': {
      const claimed = await stage.claim(step.worker, step.max)
      given.set(step.worker, [...claimed, ...(given.get(step.worker) ?? [])])
      return
    }
    case 'fence':
      await engine.fence()
      return
    case 'purge':
      for (const { batch: id } of await engine.expire(9)) await engine.purged(id)
      return
    case 'advance':
      stage.advance(step.ms)
      return
    case 'answerRest': {
      const claimed = givenTo(given, step)
      if (claimed) await answerRest(stage, step.worker, claimed)
      return
    }
    default: {
      const claimed = givenTo(given, step)
      if (claimed) await runShardVerb(stage, step, claimed)
    }
  }
}

const hasEdge = (edges: ReadonlyArray<readonly [string, string]>, from: string, to: string): boolean =>
  edges.some(([left, right]) => left === from && right === to)

const START: Record<string, string> = { batch: 'running', shard: 'waiting' }
const EDGES: Record<string, ReadonlyArray<readonly [string, string]>> = {
  batch: BATCH_EDGES,
  shard: SHARD_EDGES,
}

/** Every difference between two looks is an edge, and a claim is the only one that counts the epoch up. */
const checkChanges = (before: States, after: States, step: Verb, walked: Set<string>): void => {
  for (const [name, { state, epoch }] of after) {
    const [kind = ''] = name.split(' ')
    const old = before.get(name)
    const what = `${name} after ${JSON.stringify(step)}`
    if (!old) {
      expect(state, what).toBe(START[kind])
      continue
    }
    if (old.state !== state) {
      expect(hasEdge(EDGES[kind] ?? [], old.state, state), `${what}: ${old.state} → ${state}`).toBe(true)
      walked.add(`${kind} ${old.state} → ${state}`)
    }
    const isClaim = kind === 'shard' && old.state === 'waiting' && state === 'running'
    expect(epoch, what).toBe(isClaim ? old.epoch + 1 : old.epoch)
  }
  for (const name of before.keys()) {
    // Only the shards of a batch that was purged go.
    if (!after.has(name)) expect([name.split(' ')[0], step.verb]).toEqual(['shard', 'purge'])
  }
}

describe('the life of batches and shards', () => {
  it('goes along its edges alone, whatever is asked in whatever order, and the books stay good', async () => {
    const walked = new Set<string>()
    const property = fc.asyncProperty(fc.array(verb, { minLength: 20, maxLength: 80 }), async (steps) => {
      const world = openWorld()
      const { stage } = world
      const given: Given = new Map()
      await stage.join(...WORKERS)
      await stage.accept({ id: 'b0', counts: [2, 2] })
      let before = world.states()
      for (const step of steps) {
        await run(world, given, step)
        const after = world.states()
        checkChanges(before, after, step, walked)
        before = after
      }
      expect(await stage.findings()).toEqual([])
      await stage.close()
    })
    await fc.assert(property, { numRuns: 150, seed: 20_261_125 })
    // The property is worth nothing where the verbs walk only half of the way.
    const all = [
      ...BATCH_EDGES.map(([from, to]) => `batch ${from} → ${to}`),
      ...SHARD_EDGES.map(([from, to]) => `shard ${from} → ${to}`),
    ]
    expect([...walked].sort()).toEqual(all.sort())
  })

  it('has an end: no edge leaves `ended` or `sealed`', () => {
    const final: Array<BatchState | ShardState> = ['ended', 'sealed']
    for (const [from] of [...BATCH_EDGES, ...SHARD_EDGES]) expect(final).not.toContain(from)
  })
})

const counts = (more: Partial<BatchCounts>): BatchCounts => {
  const all = { succeeded: 0, failed: 0, expired: 0, cancelled: 0, ...more }
  return { ...all, total: all.succeeded + all.failed + all.expired + all.cancelled }
}

const ALL_ANSWERED: readonly BatchCounts[] = [
  counts({ succeeded: 3 }),
  counts({ failed: 3 }),
  counts({ succeeded: 1, failed: 2 }),
]
const SOME_LEFT: readonly BatchCounts[] = [
  counts({ expired: 3 }),
  counts({ cancelled: 3 }),
  counts({ succeeded: 1, expired: 2 }),
  counts({ failed: 1, cancelled: 2 }),
  counts({ succeeded: 1, failed: 1, expired: 1, cancelled: 1 }),
]
const OUTCOME: Record<StopCause, BatchOutcome> = {
  cancel: 'cancelled',
  delete: 'cancelled',
  deadline: 'expired',
  budget: 'failed',
}

const TABLE: ReadonlyArray<[cause: StopCause | null, counts: BatchCounts, outcome: BatchOutcome]> = [
  ...[null, ...CAUSES].flatMap((cause) =>
    ALL_ANSWERED.map((each): [StopCause | null, BatchCounts, BatchOutcome] => [cause, each, 'completed']),
  ),
  ...CAUSES.flatMap((cause) =>
    SOME_LEFT.map((each): [StopCause | null, BatchCounts, BatchOutcome] => [cause, each, OUTCOME[cause]]),
  ),
]

describe('what became of a batch', () => {
  it.each(TABLE)('stopped by %s with %j: %s', (cause, each, outcome) => {
    expect(outcomeOf(cause, each)).toBe(outcome)
  })

  it.each(SOME_LEFT)('cannot be said where nobody stopped it and %j', (each) => {
    expect(() => outcomeOf(null, each)).toThrow('without a cause')
  })

  it('names requests that were never answered after the cause', () => {
    expect(CAUSES.map((cause) => [cause, unansweredKind(cause)])).toEqual([
      ['cancel', 'cancelled'],
      ['deadline', 'expired'],
      ['delete', 'cancelled'],
      ['budget', 'cancelled'],
    ])
  })
})
