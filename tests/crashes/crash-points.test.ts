import type { BatchResult } from '@sheepfold/client'
import { describe, expect, test } from 'vitest'
import { CRASH_POINTS, type CrashPoint } from '../../gateway/src/crash/crash-points.ts'
import { expectCleanBooks } from '../support/books.ts'
import { eventsOverKill } from '../support/events-over-kill.ts'
import { createBody, expectAllAnswered, jobRequests } from '../support/job.ts'
import { lostByKill } from '../support/losses.ts'
import { isNotFound } from '../support/patient-client.ts'
import type { ServeProcess } from '../support/serve.ts'
import { type Stage, withStage } from '../support/stage.ts'
import { blobsNamed, blobsOnDisk } from '../support/stored.ts'
import { stuckProvider } from '../support/stuck.ts'
import { until } from '../support/wait.ts'
import { callsOver, postingOver } from './usage-ways.ts'

const REQUESTS = jobRequests('small', 60)
const KILLED = { code: null, signal: 'SIGKILL' }

const FAST = { defaults: { firstByteMs: 5, answerTokens: 20 } }

/** What brings a process to each point. A point that is missing here does not compile. */
const WAYS: Readonly<Record<CrashPoint, (point: CrashPoint) => Promise<void>>> = {
  'intake.after_input': (point) => runOver(point, 1),
  'accept.before_commit': (point) => runOver(point, 1),
  'accept.after_commit': (point) => runOver(point, 1),
  'claim.before_commit': (point) => runOver(point, 2),
  'claim.after_commit': (point) => runOver(point, 2),
  'execute.before_call': (point) => runOver(point, 30),
  'settle.before_append': (point) => runOver(point, 2),
  'append.before_commit': (point) => runOver(point, 2),
  'append.after_commit': (point) => runOver(point, 2),
  'settle.after_append': (point) => runOver(point, 2),
  'seal.before_segment': (point) => runOver(point, 1),
  'seal.after_segment': (point) => runOver(point, 1),
  'seal.before_commit': (point) => runOver(point, 1),
  'seal.after_commit': (point) => runOver(point, 1),
  'release.before_commit': handBackOver,
  'release.after_commit': handBackOver,
  'stop.before_commit': cancelOver,
  'stop.after_commit': cancelOver,
  'remove.before_commit': deleteOver,
  'remove.after_commit': deleteOver,
  'purge.before_commit': deleteOver,
  'purge.after_commit': deleteOver,
  'usage.before_commit': callsOver,
  'usage.after_commit': callsOver,
  'post_usage.before_commit': postingOver,
  'post_usage.after_commit': postingOver,
  'webhook.before_send': (point) => eventsOverKill({ point, nth: 1, ends: 'completed' }),
  'webhook.after_send': (point) =>
    eventsOverKill({ point, nth: 1, ends: 'completed', times: { 'batch.created': 2 } }),
}

describe.concurrent('a process that is killed', () => {
  test.for(CRASH_POINTS)('at %s loses nothing and doubles nothing', (point) => WAYS[point](point))
})

/** A batch is submitted and run; the create is repeated where its answer was lost. */
async function runOver(point: CrashPoint, nth: number): Promise<void> {
  await withStage({ simulator: FAST, limits: { concurrency_max: 8 } }, async (stage) => {
    const life = stage.spawn({ env: { SHEEPFOLD_CRASH_AT: `${point}:${nth}` } })
    const created = stage.client.create(createBody(REQUESTS), 'small-batch')
    const lost = await diedAndLost(stage, life)
    const last = await stage.start()
    const { batch_id } = await created
    expect((await stage.client.ended(batch_id)).status).toBe('completed')
    expectAllAnswered(await stage.client.results(batch_id), REQUESTS, stage.simulator)
    expect(stage.simulator.stats().repeated).toBeLessThanOrEqual(lost)
    await expectAllInOrder(stage, last)
  })
}

/** SIGTERM with no time to drain: calls in flight are given up, and the shard is handed back. */
async function handBackOver(point: CrashPoint): Promise<void> {
  await withStage({ simulator: stuckProvider('hang'), limits: { concurrency_max: 16 } }, async (stage) => {
    const { life, batchId } = await halfWay(stage, point)
    expect(await life.kill('SIGTERM')).toEqual(KILLED)
    const lost = await lostByKill(stage.dataDir, stage.simulator)
    stage.simulator.setFaults([])
    const last = await stage.start()
    expect((await stage.client.ended(batchId)).status).toBe('completed')
    expectAllAnswered(await stage.client.results(batchId), REQUESTS, stage.simulator)
    expect(stage.simulator.stats().repeated).toBeLessThanOrEqual(lost)
    await expectAllInOrder(stage, last)
  })
}

/** A cancel is repeated until it is answered: what was finished stays, the rest is cancelled. */
async function cancelOver(point: CrashPoint): Promise<void> {
  await withStage(
    {
      simulator: stuckProvider('rate_limit'),
      limits: { concurrency_max: 16 },
    },
    async (stage) => {
      const { life, batchId } = await halfWay(stage, point)
      const cancelled = stage.client.cancel(batchId)
      await diedAndLost(stage, life)
      const last = await stage.start()
      await cancelled
      const { status, error } = await stage.client.ended(batchId)
      expect({ status, error: error?.error }).toEqual({ status: 'failed', error: 'cancelled' })
      const { results } = await stage.client.results(batchId)
      expect(results).toHaveLength(REQUESTS.length)
      expect(countOf(results, 'succeeded')).toBeGreaterThan(0)
      expect(countOf(results, 'cancelled')).toBe(REQUESTS.length - countOf(results, 'succeeded'))
      await expectAllInOrder(stage, last)
    },
  )
}

/** A deleted batch is gone, and so are its bytes, whichever half of the work was done before the kill. */
async function deleteOver(point: CrashPoint): Promise<void> {
  await withStage(
    {
      simulator: stuckProvider('rate_limit'),
      limits: { concurrency_max: 16 },
    },
    async (stage) => {
      const { life, batchId } = await halfWay(stage, point)
      const deleted = stage.client.delete(batchId)
      await diedAndLost(stage, life)
      const last = await stage.start()
      await deleted
      await expect(stage.client.get(batchId)).rejects.toSatisfy(isNotFound)
      await until('the bytes to leave the disk', () => blobsOnDisk(stage.dataDir).length === 0)
      await until('the batch to be purged', async () => (await blobsNamed(stage.dataDir)).length === 0)
      expect((await last.stop()).code).toBe(0)
      // The shards went with the batch; their postings stay, and must still be right.
      await expectCleanBooks(stage.dataDir, 0)
    },
  )
}

const diedAndLost = async (stage: Stage, life: ServeProcess): Promise<number> => {
  expect(await life.exited, life.stderr()).toEqual(KILLED)
  return lostByKill(stage.dataDir, stage.simulator)
}

/** A batch of which some requests are answered and others are not. */
const halfWay = async (stage: Stage, point: CrashPoint): Promise<{ life: ServeProcess; batchId: string }> => {
  const life = await stage.start({ env: { SHEEPFOLD_CRASH_AT: point }, drain: 0 })
  const { batch_id } = await stage.client.create(createBody(REQUESTS), 'small-batch')
  await until('some answers', async () => ((await stage.client.get(batch_id)).counts?.succeeded ?? 0) > 0)
  return { life, batchId: batch_id }
}

const countOf = (results: readonly BatchResult[], status: string): number =>
  results.filter((result) => result.status === status).length

const expectAllInOrder = async (stage: Stage, last: ServeProcess): Promise<void> => {
  expect((await last.stop()).code, last.stderr()).toBe(0)
  await expectCleanBooks(stage.dataDir, REQUESTS.length)
  expect(blobsOnDisk(stage.dataDir)).toEqual(await blobsNamed(stage.dataDir))
}
