import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../clock/manual-clock.ts'
import { InvariantBroken, StoreError } from '../storage/errors.ts'
import type { UsageGroup } from '../storage/usage.ts'
import type { UsageEntry } from './usage-entry.ts'
import { createUsageRecorder } from './usage-recorder.ts'

const GROUP_MS = 1_000
const RETRY_MS = 500

const entry = (more: Partial<UsageEntry> = {}): UsageEntry => ({
  account: 'acme',
  apiKey: 'key_1',
  model: 'gpt-4.1',
  tier: 'list',
  usage: { promptTokens: 10, cachedTokens: 4, cacheWriteTokens: 3, completionTokens: 5, reasoningTokens: 2 },
  estimated: false,
  charge: 100n,
  listCharge: 100n,
  cost: 60n,
  costUnknown: false,
  waste: 0n,
  failed: false,
  ...more,
})

interface WaitingCommit {
  readonly group: UsageGroup
  answer(): Promise<void>
  refuse(error: unknown): Promise<void>
}

/** Lets all that was set off by a reply run. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

/** A recorder before a store whose every reply the test decides. */
const open = () => {
  const clock = createManualClock()
  const commits: WaitingCommit[] = []
  const errors: unknown[] = []
  const fatal: unknown[] = []
  const recorder = createUsageRecorder({
    clock,
    recorder: 'r',
    store: {
      recordUsage: (group) =>
        new Promise((resolve, reject) => {
          commits.push({
            group,
            answer() {
              resolve({ kind: 'recorded' })
              return settle()
            },
            refuse(error) {
              reject(error)
              return settle()
            },
          })
        }),
    },
    groupMsMax: GROUP_MS,
    retryMs: RETRY_MS,
    onError: (error) => errors.push(error),
    onFatal: (error) => fatal.push(error),
  })
  const commit = (index: number): WaitingCommit => {
    const found = commits[index]
    if (!found) throw new Error(`there were ${commits.length} commits`)
    return found
  }
  return { clock, recorder, commits, commit, errors, fatal }
}

const chargesOf = ({ rows }: UsageGroup): bigint[] => rows.map(({ charge }) => charge)

describe('usage', () => {
  it('is summed up by key, model and price, and committed a second after the first call', () => {
    const { clock, recorder, commits } = open()
    recorder.add(entry())
    clock.advance(GROUP_MS - 1)
    recorder.add(entry({ estimated: true, costUnknown: true, cost: 0n }))
    recorder.add(entry({ failed: true, charge: 0n, listCharge: 0n, cost: 0n, waste: 9n }))
    recorder.add(entry({ model: 'gpt-4.1-mini', charge: 1n }))
    recorder.add(entry({ tier: 'batch', charge: 2n }))
    recorder.add(entry({ apiKey: 'key_2', account: 'other', charge: 3n }))
    expect(commits).toHaveLength(0)
    clock.advance(1)
    expect(commits.map(({ group }) => group.number)).toEqual([1])
    const [first, ...others] = commits[0]?.group.rows ?? []
    expect(first).toEqual({
      account: 'acme',
      apiKey: 'key_1',
      model: 'gpt-4.1',
      tier: 'list',
      calls: 3,
      failed: 1,
      usage: {
        promptTokens: 30,
        cachedTokens: 12,
        cacheWriteTokens: 9,
        completionTokens: 15,
        reasoningTokens: 6,
      },
      estimated: 1,
      costUnknown: 1,
      charge: 200n,
      listCharge: 200n,
      cost: 60n,
      waste: 9n,
    })
    expect(others.map(({ account, charge }) => [account, charge])).toEqual([
      ['acme', 1n],
      ['acme', 2n],
      ['other', 3n],
    ])
  })

  it('has one commit at a time; what comes meanwhile goes with the next', async () => {
    const { clock, recorder, commits, commit } = open()
    recorder.add(entry())
    clock.advance(GROUP_MS)
    recorder.add(entry({ charge: 7n }))
    clock.advance(5 * GROUP_MS)
    expect(commits).toHaveLength(1)
    await commit(0).answer()
    clock.advance(0)
    expect(commits.map(({ group }) => [group.number, chargesOf(group)])).toEqual([
      [1, [100n]],
      [2, [7n]],
    ])
  })

  it('whose commit is in doubt is sent again under its number, until the store has answered', async () => {
    const { clock, recorder, commits, commit, errors } = open()
    recorder.add(entry())
    clock.advance(GROUP_MS)
    for (let round = 0; round < 3; round += 1) {
      await commit(round).refuse(new StoreError('unavailable', 'the database cannot be reached'))
      recorder.add(entry({ charge: 5n }))
      clock.advance(RETRY_MS)
      await settle()
      expect(commits[round + 1]?.group).toEqual(commits[0]?.group)
    }
    await commit(3).answer()
    clock.advance(GROUP_MS)
    expect(commit(4).group).toMatchObject({ number: 2, rows: [{ calls: 3, charge: 15n }] })
    expect(errors).toHaveLength(3)
  })

  it('takes no more memory while the store is away, however many calls there are', async () => {
    const { clock, recorder, commit } = open()
    recorder.add(entry())
    clock.advance(GROUP_MS)
    for (let call = 0; call < 10_000; call += 1) recorder.add(entry({ charge: 1n }))
    await commit(0).answer()
    clock.advance(GROUP_MS)
    expect(commit(1).group.rows).toHaveLength(1)
    expect(commit(1).group.rows[0]).toMatchObject({ calls: 10_000, charge: 10_000n })
  })

  it('that breaks an invariant is told as fatal', async () => {
    const { clock, recorder, commit, errors, fatal } = open()
    recorder.add(entry())
    clock.advance(GROUP_MS)
    await commit(0).refuse(new InvariantBroken('two of a kind'))
    expect([errors.length, fatal.length]).toEqual([0, 1])
  })

  it('is given up once the store is closed', async () => {
    const { clock, recorder, commits, commit } = open()
    recorder.add(entry())
    clock.advance(GROUP_MS)
    await commit(0).refuse(new StoreError('closed', 'the store is closed'))
    clock.advance(10 * RETRY_MS)
    await settle()
    expect(commits).toHaveLength(1)
  })
})

describe('a flush', () => {
  it('has nothing to wait for where nothing was added', async () => {
    const { recorder, commits } = open()
    await recorder.flush()
    expect(commits).toHaveLength(0)
  })

  it('commits at once, and ends when all that was added is recorded', async () => {
    const { recorder, commit } = open()
    recorder.add(entry())
    let flushed = false
    void recorder.flush().then(() => {
      flushed = true
    })
    expect(chargesOf(commit(0).group)).toEqual([100n])
    await settle()
    expect(flushed).toBe(false)
    await commit(0).answer()
    expect(flushed).toBe(true)
  })

  it('waits for the commit that runs, and for what came meanwhile', async () => {
    const { clock, recorder, commits, commit } = open()
    recorder.add(entry())
    clock.advance(GROUP_MS)
    const first = recorder.flush()
    await commit(0).answer()
    await first
    recorder.add(entry())
    clock.advance(GROUP_MS)
    recorder.add(entry({ charge: 7n }))
    let flushed = false
    void recorder.flush().then(() => {
      flushed = true
    })
    await commit(1).answer()
    expect([flushed, commits.length]).toEqual([false, 3])
    await commit(2).answer()
    expect(flushed).toBe(true)
  })
})

describe('what a key was charged and no commit has acknowledged', () => {
  it('is known from the call to the acknowledgement', async () => {
    const { clock, recorder, commit } = open()
    recorder.add(entry())
    recorder.add(entry({ model: 'gpt-4.1-mini', charge: 5n }))
    recorder.add(entry({ apiKey: 'key_2', charge: 9n }))
    expect(recorder.unrecorded('key_1')).toBe(105n)
    clock.advance(GROUP_MS)
    recorder.add(entry())
    expect(recorder.unrecorded('key_1')).toBe(205n)
    await commit(0).answer()
    expect(recorder.unrecorded('key_1')).toBe(100n)
    expect(recorder.unrecorded('key_2')).toBe(0n)
  })
})

describe('whatever the store answers', () => {
  it('each call is in one group, and a number has one group', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), charge: fc.bigInt(0n, 1_000n) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 2_000 }) }),
      fc.record({ kind: fc.constant('answer' as const), isGood: fc.boolean() }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { clock, recorder, commits } = open()
        let added = 0n
        let answered = 0
        const answerNext = async (isGood: boolean): Promise<void> => {
          const next = commits[answered]
          if (!next) return
          answered += 1
          await (isGood ? next.answer() : next.refuse(new StoreError('unavailable', 'away')))
        }
        for (const each of steps) {
          if (each.kind === 'add') {
            recorder.add(entry({ charge: each.charge }))
            added += each.charge
          } else if (each.kind === 'wait') {
            clock.advance(each.ms)
            await settle()
          } else await answerNext(each.isGood)
          expect(commits.length - answered).toBeLessThanOrEqual(1)
        }
        const flushed = recorder.flush()
        while (recorder.unrecorded('key_1') > 0n || commits.length > answered) {
          await answerNext(true)
          clock.advance(RETRY_MS)
          await settle()
        }
        await flushed
        const groups = new Map<number, bigint[]>()
        for (const { group } of commits) {
          expect(groups.get(group.number) ?? chargesOf(group)).toEqual(chargesOf(group))
          groups.set(group.number, chargesOf(group))
        }
        expect([...groups.values()].flat().reduce((sum, charge) => sum + charge, 0n)).toBe(added)
      }),
    )
  })
})
