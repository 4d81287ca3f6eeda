import { expect } from 'vitest'
import { type Stage, withStage } from '../support/stage.ts'
import { auditOf } from '../support/stored.ts'
import { letAnHourPass, makeCall, usageOf } from '../support/usage.ts'
import { until } from '../support/wait.ts'

const KILLED = { code: null, signal: 'SIGKILL' }
const FAST = { simulator: { defaults: { firstByteMs: 1, answerTokens: 5 } } }
const CALLS = 5

/** Dies at the second commit of usage: the first was acknowledged, and what the second brings is there once or not. */
export const callsOver = (point: string): Promise<void> =>
  withStage(FAST, async (stage) => {
    const { dataDir } = stage
    const life = await stage.start({ env: { SHEEPFOLD_CRASH_AT: `${point}:2` } })
    expect(await makeCall(life.url, 'the first')).toBe(true)
    await until('the first commit', async () => (await usageOf(dataDir)).calls === 1)
    const texts = Array.from({ length: CALLS }, (_, index) => `in the second group or later: ${index}`)
    const answered = await Promise.all(texts.map((text) => makeCall(life.url, text)))
    expect(await life.exited, life.stderr()).toEqual(KILLED)
    expect(answered).toContain(true)
    const { calls } = await usageOf(dataDir)
    if (point === 'usage.before_commit') expect(calls).toBe(1)
    else expect(calls).toBeGreaterThan(1)
    expect(calls).toBeLessThanOrEqual(1 + CALLS)
    expect(await findingsOf(stage)).toEqual([])

    const next = await stage.start()
    expect(await makeCall(next.url, 'after the kill')).toBe(true)
    // What was answered is recorded before a process ends in good order.
    expect((await next.stop()).code, next.stderr()).toBe(0)
    expect((await usageOf(dataDir)).calls).toBe(calls + 1)
    expect(await findingsOf(stage)).toEqual([])
  })

/** Dies while it posts an hour: the hour is posted once, whichever process did it. */
export const postingOver = (point: string): Promise<void> =>
  withStage(FAST, async (stage) => {
    const { dataDir } = stage
    const first = await stage.start()
    expect(await makeCall(first.url, 'of an hour that is over')).toBe(true)
    expect((await first.stop()).code, first.stderr()).toBe(0)
    await letAnHourPass(dataDir)
    const life = stage.spawn({ env: { SHEEPFOLD_CRASH_AT: point } })
    expect(await life.exited, life.stderr()).toEqual(KILLED)
    expect((await usageOf(dataDir)).unposted).toBe(point === 'post_usage.before_commit' ? 1 : 0)
    expect(await findingsOf(stage)).toEqual([])

    const next = await stage.start()
    await until('the hour to be posted', async () => (await usageOf(dataDir)).unposted === 0)
    expect((await next.stop()).code, next.stderr()).toBe(0)
    const { balances, postings, findings } = await auditOf(dataDir)
    const { charge } = await usageOf(dataDir)
    expect(charge).toBeGreaterThan(0n)
    expect(balances.find(({ account }) => account === 'revenue')?.amount).toBe(charge)
    expect({ postings, findings }).toEqual({ postings: 1, findings: [] })
  })

const findingsOf = async ({ dataDir }: Stage) => (await auditOf(dataDir)).findings
