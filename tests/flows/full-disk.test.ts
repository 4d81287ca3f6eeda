import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, type TestContext, test } from 'vitest'
import { expectChargedOnce, expectCleanBooks } from '../support/books.ts'
import { deployment } from '../support/config-file.ts'
import { call } from '../support/http.ts'
import { createBody, expectAllAnswered, jobRequests } from '../support/job.ts'
import { providerIsQuiet } from '../support/losses.ts'
import { clientOf } from '../support/patient-client.ts'
import { API_KEY } from '../support/serve.ts'
import { openSmallDisk, type SmallDisk } from '../support/small-disk.ts'
import { type Stage, type StageOptions, withStage } from '../support/stage.ts'
import { blobsOnDisk } from '../support/stored.ts'
import { tempDir } from '../support/temp-dir.ts'
import { until } from '../support/wait.ts'

const DISK_MIB = 48
const REQUESTS = jobRequests('crowded', 400)
const CONCURRENCY = 8

describe('a full disk', () => {
  test('below the room that is to be left, sending stops before the next call', (context) =>
    onSmallDisk(context, 16, async (stage, disk) => {
      const { url } = await stage.start()
      const { batch_id } = await startedBatch(stage)
      const filler = fill(disk, 8)
      await expectDiskFull(stage, batch_id)
      await providerIsQuiet(stage.simulator)
      const { received } = stage.simulator.stats()
      await expectCreateRefused(url)
      await expectDiskFull(stage, batch_id)
      // The trouble was seen before the calls ended: one that was sent after them would be one too many.
      expect(stage.simulator.stats().received).toBe(received)
      filler.remove()
      await expectAllWell(stage, disk, batch_id)
    }))

  test('with no room at all, what was answered is kept until it can be stored', (context) =>
    onSmallDisk(context, 0, async (stage, disk) => {
      const { url } = await stage.start()
      const { batch_id } = await startedBatch(stage)
      const filler = fill(disk, 0)
      await expectDiskFull(stage, batch_id)
      await expectCreateRefused(url)
      await providerIsQuiet(stage.simulator)
      const { received } = stage.simulator.stats()
      await expectDiskFull(stage, batch_id)
      expect(stage.simulator.stats().received).toBe(received)
      filler.remove()
      await expectAllWell(stage, disk, batch_id)
    }))
})

const onSmallDisk = async (
  context: TestContext,
  freeMibMin: number,
  play: (stage: Stage, disk: SmallDisk) => Promise<void>,
): Promise<void> => {
  const folder = tempDir()
  const disk = await openSmallDisk(folder.path, DISK_MIB)
  try {
    if ('reason' in disk) {
      console.log(`full-disk tests are skipped: ${disk.reason}`)
      return context.skip(disk.reason)
    }
    await withStage(stageOptions(disk, freeMibMin), (stage) => play(stage, disk))
  } finally {
    if (!('reason' in disk)) await disk.remove()
    folder[Symbol.dispose]()
  }
}

const stageOptions = (disk: SmallDisk, freeMibMin: number): StageOptions => ({
  disk,
  simulator: { defaults: { firstByteMs: 30, answerTokens: 200 } },
  config: (url) => ({
    deployments: [deployment({ url, limits: { concurrency_max: CONCURRENCY } })],
    limits: { disk_free_mib_min: freeMibMin },
  }),
})

const startedBatch = async (stage: Stage): Promise<{ batch_id: string }> => {
  const batch = await stage.client.create(createBody(REQUESTS), 'crowded')
  await until('some answers', () => stage.simulator.stats().received > 2 * CONCURRENCY)
  return batch
}

/** Takes all the room but so much, as something else on the same disk would. */
const fill = (disk: SmallDisk, leaveMib: number): { remove(): void } => {
  const path = join(disk.seenHere, 'filler')
  const file = openSync(path, 'w')
  const block = Buffer.alloc(65_536, 1)
  const leave = leaveMib * 1_048_576
  try {
    while (roomOn(disk) > leave) writeSync(file, block)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  } finally {
    closeSync(file)
  }
  return { remove: () => rmSync(path) }
}

const roomOn = (disk: SmallDisk): number => {
  const { bavail, bsize } = statfsSync(disk.seenHere)
  return bavail * bsize
}

const expectDiskFull = async (stage: Stage, batchId: string): Promise<void> => {
  const waiting = await until(
    'a reason to wait',
    async () => (await stage.client.get(batchId)).waiting ?? undefined,
  )
  expect(waiting.code).toBe('disk_full')
  expect(waiting.message).not.toBe('')
}

const expectCreateRefused = async (url: string): Promise<void> => {
  const body = createBody(jobRequests('refused', 20))
  const refused = await call(`${url}/v1/batches`, { key: API_KEY, body })
  expect(refused.status).toBe(503)
  expect(refused.json).toMatchObject({ error: 'disk_full' })
}

/** Nothing was lost, nothing was sent twice, and the refused create left nothing behind. */
const expectAllWell = async (stage: Stage, disk: SmallDisk, batchId: string): Promise<void> => {
  expect((await stage.client.ended(batchId)).status).toBe('completed')
  const results = await stage.client.results(batchId)
  expectAllAnswered(results, REQUESTS, stage.simulator)
  await expectChargedOnce(clientOf(stage.url()), batchId, results)
  expect(stage.simulator.stats().repeated).toBe(0)
  await expectCleanBooks(stage.dataDir, REQUESTS.length, disk.wrap)
  const blobs = blobsOnDisk(join(disk.seenHere, 'data'))
  expect(blobs.filter((name) => !name.includes(batchId))).toEqual([])
}
