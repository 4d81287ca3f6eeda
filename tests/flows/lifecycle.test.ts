import type { Batch, BatchResult, BatchResults } from '@sheepfold/client'
import { describe, expect, test } from 'vitest'
import { expectChargedOnce, expectCleanBooks } from '../support/books.ts'
import { deployment } from '../support/config-file.ts'
import { call } from '../support/http.ts'
import { answerTo, createBody, expectAllAnswered, jobRequests } from '../support/job.ts'
import { lostByKill } from '../support/losses.ts'
import { clientOf, isNotFound } from '../support/patient-client.ts'
import { API_KEY } from '../support/serve.ts'
import { type Stage, withStage } from '../support/stage.ts'
import { rowsOf } from '../support/store-place.ts'
import { blobsOnDisk, isOnDisk } from '../support/stored.ts'
import { stuckProvider } from '../support/stuck.ts'
import { until } from '../support/wait.ts'

const REQUESTS = jobRequests('letter', 60)
const FAST = { firstByteMs: 5, answerTokens: 20 }

describe('a running batch', () => {
  test('that is cancelled keeps and charges what was finished, calls in flight included', () =>
    withStage(
      {
        simulator: {
          defaults: FAST,
          faults: [
            { kind: 'slow', contains: 'Document 3', delayMs: 1_000 },
            { kind: 'rate_limit', contains: 'Document 5', retryAfterSeconds: 0 },
          ],
        },
      },
      async (stage) => {
        await stage.start()
        const { batch_id } = await stage.client.create(createBody(REQUESTS), 'cancelled')
        await until('some answers', async () => (await succeeded(stage, batch_id)) > 0)
        await stage.client.cancel(batch_id)
        const batch = await stage.client.ended(batch_id)
        expect(batch).toMatchObject({ status: 'failed', progress: 100, error: { error: 'cancelled' } })
        const results = await stage.client.results(batch_id)
        expectPartly(results, 'cancelled', stage)
        await expectPaidForFinished(stage, batch, results)
        // A cancel that is sent again changes nothing.
        expect((await stage.client.cancel(batch_id)).status).toBe('failed')
      },
    ))

  test('over its window fails as a timeout, with what was finished still in its results', () =>
    withStage(
      {
        simulator: stuckProvider('rate_limit'),
        config: (url) => ({ deployments: [deployment({ url })], limits: { window_seconds_min: 1 } }),
      },
      async (stage) => {
        await stage.start()
        const body = createBody(REQUESTS, { window_seconds: 3 })
        const { batch_id } = await stage.client.create(body, 'over-its-window')
        const batch = await stage.client.ended(batch_id)
        expect(batch.status).toBe('failed')
        expect(batch.error).toEqual({
          error: 'timeout',
          message: 'Batch exceeded maximum processing time',
        })
        const results = await stage.client.results(batch_id)
        expect(results.error).toEqual(batch.error)
        expectPartly(results, 'expired', stage)
        await expectPaidForFinished(stage, batch, results)
      },
    ))

  test('that is deleted is not found at once, and its bytes leave the disk', () =>
    withStage({ simulator: stuckProvider('rate_limit') }, async (stage) => {
      const { url } = await stage.start()
      const { batch_id } = await stage.client.create(createBody(REQUESTS), 'deleted')
      await until('some answers', async () => (await succeeded(stage, batch_id)) > 0)
      expect(isOnDisk(stage.dataDir, 'of letter: summarise')).toBe(true)
      await clientOf(url).batches.delete(batch_id)
      await expectNotFound(stage, batch_id)
      await expectBytesGone(stage)
      expect((await call(`${url}/v1/batches/${batch_id}`, { key: API_KEY, method: 'DELETE' })).status).toBe(
        404,
      )
      await expectCleanBooks(stage.dataDir, 0)
    }))
})

describe('a finished batch', () => {
  test('is there after a restart, and its results are the same bytes', () =>
    withStage({ simulator: { defaults: FAST } }, async (stage) => {
      const first = await stage.start()
      const { batch_id } = await stage.client.create(createBody(REQUESTS), 'kept')
      await stage.client.ended(batch_id)
      const before = await call(`${first.url}/v1/batches/${batch_id}/results`, { key: API_KEY })
      expect((await first.stop()).code).toBe(0)
      const second = await stage.start()
      const after = await call(`${second.url}/v1/batches/${batch_id}/results`, { key: API_KEY })
      expect(after.text).toBe(before.text)
      expectAllAnswered(await stage.client.results(batch_id), REQUESTS, stage.simulator)
    }))

  test('expires after the time that the configuration says, and its bytes leave the disk', () =>
    withStage(
      {
        simulator: { defaults: FAST },
        // 1.728 s, and not a whole number of milliseconds in binary.
        config: (url) => ({ deployments: [deployment({ url })], limits: { retention_days: 0.000_02 } }),
      },
      async (stage) => {
        await stage.start()
        const { batch_id } = await stage.client.create(createBody(REQUESTS), 'expired')
        await until('the batch to expire', async () => {
          const { status } = await call(`${stage.url()}/v1/batches/${batch_id}`, { key: API_KEY })
          return status === 404
        })
        await expectNotFound(stage, batch_id)
        await expectBytesGone(stage)
        await expectCleanBooks(stage.dataDir, 0)
      },
    ))
})

describe('SIGTERM', () => {
  test('lets calls in flight finish, ends long polls, hands back and exits with 0', () =>
    withStage(
      {
        simulator: { defaults: { firstByteMs: 700, answerTokens: 20 } },
        limits: { concurrency_max: 16, concurrency_initial: 16 },
      },
      async (stage) => {
        const first = await stage.start({ drain: 30 })
        const { batch_id } = await stage.client.create(createBody(REQUESTS), 'drained')
        const poll = clientOf(first.url).batches.get(batch_id, { waitSeconds: 120 })
        await until('calls in flight', () => stage.simulator.stats().running === 16)
        expect(await first.stop(), first.stderr()).toEqual({ code: 0, signal: null })
        expect((await poll).status).toBe('in_progress')
        await expectHandedBack(stage)

        await stage.start()
        expect((await stage.client.ended(batch_id)).status).toBe('completed')
        expectAllAnswered(await stage.client.results(batch_id), REQUESTS, stage.simulator)
        // What was in flight was waited for, and recorded.
        expect(stage.simulator.stats().repeated).toBe(0)
      },
    ))

  test('gives up calls that outlast the drain, and the next start sends them again', () =>
    withStage({ simulator: stuckProvider('hang') }, async (stage) => {
      const first = await stage.start({ drain: 1 })
      const { batch_id } = await stage.client.create(createBody(REQUESTS), 'outlasted')
      await until('some answers', async () => (await succeeded(stage, batch_id)) > 0)
      expect(await first.stop(), first.stderr()).toEqual({ code: 0, signal: null })
      await expectHandedBack(stage)
      const given = await lostByKill(stage.dataDir, stage.simulator)

      stage.simulator.setFaults([])
      await stage.start()
      expect((await stage.client.ended(batch_id)).status).toBe('completed')
      expectAllAnswered(await stage.client.results(batch_id), REQUESTS, stage.simulator)
      expect(stage.simulator.stats().repeated).toBeLessThanOrEqual(given)
    }))
})

test('a second server on the same data directory is refused, and the first one goes on', () =>
  withStage({ simulator: { defaults: FAST } }, async (stage) => {
    await stage.start()
    const second = stage.spawn()
    const { code } = await second.exited
    expect(code).toBe(1)
    expect(second.stderr()).toContain(
      `another sheepfold serve process uses the data directory ${stage.dataDir}; stop it, or give this one another with --data`,
    )
    const { batch_id } = await stage.client.create(createBody(REQUESTS), 'first-goes-on')
    expect((await stage.client.ended(batch_id)).status).toBe('completed')
  }))

const succeeded = async (stage: Stage, batchId: string): Promise<number> =>
  (await stage.client.get(batchId)).counts?.succeeded ?? 0

const ofStatus = (results: readonly BatchResult[], status: string): BatchResult[] =>
  results.filter((result) => result.status === status)

/** Every request is there: finished with its right answer, or stopped at no cost. */
const expectPartly = (
  { status, results }: BatchResults,
  stopped: 'cancelled' | 'expired',
  { simulator }: Stage,
): void => {
  expect(status).toBe('failed')
  expect(results.map(({ custom_id }) => custom_id)).toEqual(REQUESTS.map(({ custom_id }) => custom_id))
  const finished = ofStatus(results, 'succeeded')
  const rest = ofStatus(results, stopped)
  expect(finished.length).toBeGreaterThan(0)
  expect(rest.length).toBeGreaterThan(0)
  expect(finished.length + rest.length).toBe(REQUESTS.length)
  const code = stopped === 'expired' ? 'batch_expired' : 'batch_cancelled'
  for (const result of rest) {
    expect(result).toMatchObject({ output: null, usage: null, cost: '0.00', error: { code } })
  }
  for (const [index, request] of REQUESTS.entries()) {
    const result = results[index]
    if (result?.status === 'succeeded') expect(result.output).toBe(answerTo(simulator, request))
  }
}

const expectPaidForFinished = async (stage: Stage, batch: Batch, results: BatchResults): Promise<void> => {
  const finished = ofStatus(results.results, 'succeeded')
  const sum = await expectChargedOnce(clientOf(stage.url()), batch.batch_id, {
    ...results,
    results: finished,
  })
  expect(sum).toBeGreaterThan(0n)
  const { balances } = await expectCleanBooks(stage.dataDir, REQUESTS.length)
  expect(balances.find(({ account }) => account === 'revenue')?.amount).toBe(String(sum))
}

const expectNotFound = async (stage: Stage, batchId: string): Promise<void> => {
  await expect(stage.client.get(batchId)).rejects.toSatisfy(isNotFound)
  await expect(stage.client.results(batchId)).rejects.toSatisfy(isNotFound)
  await expect(stage.client.cancel(batchId)).rejects.toSatisfy(isNotFound)
}

const expectBytesGone = async (stage: Stage): Promise<void> => {
  await until('the blobs to leave the disk', () => blobsOnDisk(stage.dataDir).length === 0)
  const answer = answerTo(stage.simulator, REQUESTS[0] ?? { custom_id: '', prompt: '' })
  await until('prompts, ids and answers to leave the disk', () =>
    ['of letter: summarise', '"letter-0"', answer].every((text) => !isOnDisk(stage.dataDir, text)),
  )
}

/** No shard is anybody's, and nobody is blamed for a crash. */
const expectHandedBack = async (stage: Stage): Promise<void> => {
  const shards = await rowsOf(
    stage.dataDir,
    "SELECT state, worker, crashes FROM shard WHERE state <> 'sealed'",
  )
  expect(shards.length).toBeGreaterThan(0)
  for (const shard of shards) expect(shard).toMatchObject({ state: 'waiting', worker: null, crashes: 0 })
}
