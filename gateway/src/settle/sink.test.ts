import { describe, expect, it } from 'vitest'
import { type AnswerEntry, entryBytes, readFrame } from '../batch/answer-frame.ts'
import { createManualClock } from '../clock/manual-clock.ts'
import type { AppendGroup, AppendReceipt } from '../storage/engine.ts'
import { InvariantBroken, StoreError } from '../storage/errors.ts'
import { createSink } from './sink.ts'

const GROUP_MS = 25
const RETRY_MS = 500

const answer = (position: number, bytes = 3): AnswerEntry => ({
  position,
  kind: 'succeeded',
  usage: { promptTokens: 1, cachedTokens: 0, cacheWriteTokens: 0, completionTokens: 1, reasoningTokens: 0 },
  usageEstimated: false,
  charge: 1n,
  listCharge: 2n,
  cost: 1n,
  costUnknown: false,
  latencyMs: 1,
  line: Buffer.from(`${'x'.repeat(bytes - 1)}\n`),
})

/** Large enough for two small answers, too small for three. */
const GROUP_BYTES = entryBytes(answer(0)) * 3

interface WaitingAppend {
  readonly group: AppendGroup
  /** The store has committed. */
  answer(): Promise<void>
  refuse(error: unknown): Promise<void>
}

/** Lets all that was set off by a reply run. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

const receiptsOf = ({ parts }: AppendGroup): AppendReceipt[] =>
  parts.map(({ shard, frame }) => ({
    shard,
    kind: 'taken',
    taken: [...readFrame(frame)].length,
    duplicates: 0,
    remaining: 0,
  }))

/** A sink before a store whose every reply the test decides. */
const open = ({ answersMax = 1_000 } = {}) => {
  const clock = createManualClock()
  const appends: WaitingAppend[] = []
  const receipts: AppendReceipt[] = []
  const errors: unknown[] = []
  const fatal: unknown[] = []
  const points: string[] = []
  const sink = createSink({
    clock,
    worker: 'w',
    store: {
      append: (group) =>
        new Promise((resolve, reject) => {
          appends.push({
            group,
            answer: () => {
              resolve(receiptsOf(group))
              return settle()
            },
            refuse: (error) => {
              reject(error)
              return settle()
            },
          })
        }),
    },
    crash: (point) => points.push(point),
    onReceipt: (receipt) => receipts.push(receipt),
    onError: (error) => errors.push(error),
    onFatal: (error) => fatal.push(error),
    groupMsMax: GROUP_MS,
    groupBytesMax: GROUP_BYTES,
    groupAnswersMax: () => answersMax,
    retryMs: RETRY_MS,
  })
  const append = (nth: number): WaitingAppend => {
    const found = appends[nth]
    if (!found) throw new Error(`there were ${appends.length} appends`)
    return found
  }
  return { clock, sink, appends, append, receipts, errors, fatal, points }
}

const contents = ({ group }: WaitingAppend): Array<[shard: number, positions: number[], waste: bigint]> =>
  group.parts.map(({ shard, frame, waste }) => [
    shard,
    [...readFrame(frame)].map((each) => each.position),
    waste,
  ])

describe('a group of answers', () => {
  it('is committed a while after its first answer, all shards together, in the order of their ids', () => {
    const { clock, sink, appends, append } = open()
    sink.add(9, answer(4))
    clock.advance(GROUP_MS - 1)
    sink.add(2, answer(1))
    expect(appends).toHaveLength(0)
    clock.advance(1)
    expect(appends).toHaveLength(1)
    expect(append(0).group).toMatchObject({ worker: 'w', number: 1 })
    expect(contents(append(0))).toEqual([
      [2, [1], 0n],
      [9, [4], 0n],
    ])
  })

  it('is committed at once when it is large enough', () => {
    const { sink, append, appends } = open()
    sink.add(1, answer(0))
    sink.add(1, answer(1))
    expect(appends).toHaveLength(0)
    sink.add(1, answer(2))
    expect(contents(append(0))).toEqual([[1, [0, 1, 2], 0n]])
  })

  it('is committed at once when it has so many answers that sending would stop', () => {
    const { sink, append, appends } = open({ answersMax: 2 })
    sink.add(1, answer(0))
    sink.waste(1, 5n)
    expect(appends).toHaveLength(0)
    sink.add(2, answer(0))
    expect(contents(append(0))).toEqual([
      [1, [0], 5n],
      [2, [0], 0n],
    ])
  })

  it('takes waste along, also without an answer, and none that is nothing', () => {
    const { clock, sink, append, appends } = open()
    sink.waste(3, 0n)
    clock.advance(GROUP_MS)
    expect(appends).toHaveLength(0)
    sink.waste(3, 5n)
    sink.waste(3, 6n)
    sink.waste(4, 1n)
    sink.add(4, answer(0))
    clock.advance(GROUP_MS)
    expect(contents(append(0))).toEqual([
      [3, [], 11n],
      [4, [0], 1n],
    ])
  })

  it('waits while another is being committed, however large it grows', async () => {
    const { clock, sink, append, appends } = open()
    sink.add(1, answer(0))
    clock.advance(GROUP_MS)
    for (let position = 1; position < 20; position += 1) sink.add(1, answer(position))
    clock.advance(10 * GROUP_MS)
    expect(appends).toHaveLength(1)
    await append(0).answer()
    expect(appends).toHaveLength(2)
    expect(append(1).group.number).toBe(2)
    expect(contents(append(1))[0]?.[1]).toHaveLength(19)
  })

  it('that is small when the one before is done gets its own while', async () => {
    const { clock, sink, append, appends } = open()
    sink.add(1, answer(0))
    clock.advance(GROUP_MS)
    sink.add(1, answer(1))
    await append(0).answer()
    expect(appends).toHaveLength(1)
    clock.advance(GROUP_MS)
    expect(appends).toHaveLength(2)
  })

  it('passes the named crash points on both sides of its commit', async () => {
    const { clock, sink, append, points } = open()
    sink.add(1, answer(0))
    clock.advance(GROUP_MS)
    expect(points).toEqual(['settle.before_append'])
    await append(0).answer()
    expect(points).toEqual(['settle.before_append', 'settle.after_append'])
  })
})

describe('what the store says', () => {
  it('is passed on, a receipt for each shard', async () => {
    const { clock, sink, append, receipts } = open()
    sink.add(1, answer(0))
    sink.add(2, answer(7))
    clock.advance(GROUP_MS)
    expect(receipts).toEqual([])
    await append(0).answer()
    expect(receipts.map(({ shard, taken }) => [shard, taken])).toEqual([
      [1, 1],
      [2, 1],
    ])
  })

  it('decides how many answers are unacknowledged: those that wait and those on their way', async () => {
    const { clock, sink, append } = open()
    expect(sink.unacknowledged()).toBe(0)
    sink.add(1, answer(0))
    clock.advance(GROUP_MS)
    sink.add(1, answer(1))
    sink.waste(1, 5n)
    expect(sink.unacknowledged()).toBe(2)
    await append(0).answer()
    expect(sink.unacknowledged()).toBe(1)
    clock.advance(GROUP_MS)
    await append(1).answer()
    expect(sink.unacknowledged()).toBe(0)
  })
})

describe('a commit in doubt', () => {
  it('is repeated, the same group under the same number, until the store has answered', async () => {
    const { clock, sink, append, appends, errors, receipts } = open()
    sink.add(1, answer(0))
    clock.advance(GROUP_MS)
    const lost = new StoreError('crashed', 'the reply was lost')
    await append(0).refuse(lost)
    sink.add(1, answer(1))
    clock.advance(RETRY_MS - 1)
    expect(appends).toHaveLength(1)
    expect(sink.unacknowledged()).toBe(2)
    clock.advance(1)
    await settle()
    expect(appends).toHaveLength(2)
    expect(append(1).group).toBe(append(0).group)
    await append(1).refuse(lost)
    clock.advance(RETRY_MS)
    await settle()
    await append(2).answer()
    expect(errors).toEqual([lost, lost])
    expect(receipts).toHaveLength(1)
    clock.advance(GROUP_MS)
    expect(append(3).group.number).toBe(2)
  })

  it('is a trouble with a name for as long as it lasts', async () => {
    const { clock, sink, append } = open()
    sink.add(1, answer(0))
    clock.advance(GROUP_MS)
    expect(sink.trouble()).toBeUndefined()
    await append(0).refuse(new StoreError('disk_full', 'no room'))
    expect(sink.trouble()).toEqual({ code: 'disk_full', message: 'no room' })
    clock.advance(RETRY_MS)
    await settle()
    await append(1).refuse('no error at all')
    expect(sink.trouble()).toEqual({ code: 'store_unavailable', message: 'no error at all' })
    clock.advance(RETRY_MS)
    await settle()
    await append(2).answer()
    expect(sink.trouble()).toBeUndefined()
  })

  it('that breaks an invariant is fatal: told apart, because it would break again', async () => {
    const { clock, sink, append, errors, fatal } = open()
    sink.add(1, answer(0))
    clock.advance(GROUP_MS)
    const broken = new InvariantBroken('an append names a shard twice')
    await append(0).refuse(broken)
    expect(fatal).toEqual([broken])
    expect(errors).toEqual([])
    expect(sink.trouble()?.code).toBe('invariant_broken')
  })
})

describe('all that was added so far', () => {
  it('is settled at once where nothing waits', async () => {
    await open().sink.settled()
  })

  it('is settled when its own commits are, not those that came after', async () => {
    const { clock, sink, append } = open()
    const done: string[] = []
    sink.add(1, answer(0))
    sink.settled().then(() => done.push('first'))
    clock.advance(GROUP_MS)
    sink.waste(1, 5n)
    sink.settled().then(() => done.push('second'))
    await settle()
    expect(done).toEqual([])
    await append(0).answer()
    expect(done).toEqual(['first'])
    sink.add(1, answer(1))
    clock.advance(GROUP_MS)
    await append(1).answer()
    expect(done).toEqual(['first', 'second'])
    await sink.settled()
  })
})
