import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Simulator } from '@sheepfold/simulator'
import { expect, test } from 'vitest'
import { expectChargedOnce, expectCleanBooks } from '../support/books.ts'
import { createBody, expectAllAnswered, type JobRequest, jobRequests } from '../support/job.ts'
import { lostByKill } from '../support/losses.ts'
import { clientOf, type PatientClient } from '../support/patient-client.ts'
import { chosenSeed, type SeededRandom, seededRandom } from '../support/seeded-random.ts'
import type { ServeExit, ServeProcess } from '../support/serve.ts'
import { withStage } from '../support/stage.ts'
import { blobsNamed, blobsOnDisk } from '../support/stored.ts'
import { until } from '../support/wait.ts'

const KILLS = process.env.SHEEPFOLD_TEST_LONG === '1' ? 50 : 5
const BATCHES = 5
const REQUESTS_PER_BATCH = 1_000
const REQUESTS = BATCHES * REQUESTS_PER_BATCH
const CONCURRENCY = 64
/** In flight, and answers that wait for their commit: at most twice as many, and those that come in meanwhile. */
const LOST_MAX = 3 * CONCURRENCY

/** Points that a job reaches by itself, and how often at least: a kill is ordered at one of the first. */
const POINTS: Readonly<Record<string, number>> = {
  'intake.after_input': 2,
  'accept.before_commit': 2,
  'accept.after_commit': 2,
  'claim.before_commit': 2,
  'claim.after_commit': 2,
  'execute.before_call': 300,
  'settle.before_append': 10,
  'append.before_commit': 10,
  'append.after_commit': 10,
  'settle.after_append': 10,
  'seal.before_segment': 1,
  'seal.after_segment': 1,
  'seal.before_commit': 1,
  'seal.after_commit': 1,
}

test(`${REQUESTS} requests are answered and charged once each over ${KILLS} kills`, async () => {
  const random = seededRandom(chosenSeed())
  console.log(`kills: SHEEPFOLD_TEST_SEED=${random.seed}`)
  await withStage(
    {
      simulator: {
        seed: random.seed,
        defaults: { firstByteMs: 30, firstByteSpreadMs: 25, answerTokens: 40 },
      },
      limits: { concurrency_max: CONCURRENCY },
    },
    async (stage) => {
      const { dataDir, simulator } = stage
      const batches = Array.from({ length: BATCHES }, (_, index) =>
        jobRequests(`batch${index}`, REQUESTS_PER_BATCH),
      )
      const job = submitAndWait(stage.client, batches)
      // It is awaited below; where a kill goes wrong before that, the kill is what the test reports.
      job.catch(() => undefined)
      let lostInAll = 0
      let lostBefore = 0
      for (const kill of plannedKills(random)) {
        const life = stage.spawn({ env: kill.env })
        expect(await ended(life, kill, simulator), life.stderr()).toEqual({ code: null, signal: 'SIGKILL' })
        const lost = await lostByKill(dataDir, simulator)
        // What the kill before lost may not have been sent again yet: this life may have run other shards.
        expect(lost).toBeLessThanOrEqual(lostBefore + LOST_MAX)
        lostInAll += lost
        lostBefore = lost
      }
      const last = await stage.start()
      const ids = await job

      const client = clientOf(last.url)
      let charged = 0n
      for (const [index, id] of ids.entries()) {
        const results = await client.batches.results(id)
        expect(results.status).toBe('completed')
        expectAllAnswered(results, batches[index] ?? [], simulator)
        charged += await expectChargedOnce(client, id, results)
      }
      const { distinct, repeated } = simulator.stats()
      expect(distinct).toBe(REQUESTS)
      expect(repeated).toBeLessThanOrEqual(lostInAll)
      expect((await last.stop()).code).toBe(0)
      const { balances } = await expectCleanBooks(dataDir, REQUESTS)
      expect(balances.find(({ account }) => account === 'revenue')?.amount).toBe(String(charged))
      expect(blobsOnDisk(dataDir)).toEqual(await blobsNamed(dataDir))
    },
  )
})

const submitAndWait = async (
  client: PatientClient,
  batches: ReadonlyArray<readonly JobRequest[]>,
): Promise<string[]> => {
  const ids: string[] = []
  // One after another, so that kills also find creates on their way in while other batches run.
  for (const requests of batches) {
    ids.push((await client.create(createBody(requests), randomUUID())).batch_id)
  }
  expect(new Set(ids).size).toBe(batches.length)
  for (const id of ids) await client.ended(id)
  return ids
}

interface PlannedKill {
  readonly env: Readonly<Record<string, string>>
  /** Killed when so many different requests have come to the provider, unless it dies by itself before. */
  readonly received: number
  readonly delayMs: number
}

/** Half of the processes kill themselves at a named point, the others are killed wherever they are. */
const plannedKills = (random: SeededRandom): PlannedKill[] => {
  const received = Array.from({ length: KILLS }, () => random.between(0, REQUESTS - 1)).toSorted(
    (left, right) => left - right,
  )
  const points = Object.entries(POINTS)
  return received.map((count, index) => {
    const [point, nthMax] = points[random.between(0, points.length - 1)] ?? ['claim.after_commit', 1]
    const order = `${point}:${random.between(1, nthMax)}`
    return {
      env: index % 2 === 0 ? {} : { SHEEPFOLD_CRASH_AT: order },
      received: count,
      delayMs: random.between(0, 300),
    }
  })
}

const ended = async (life: ServeProcess, kill: PlannedKill, simulator: Simulator): Promise<ServeExit> => {
  await until('the moment of a kill', () => life.hasExited() || simulator.stats().distinct >= kill.received)
  await Promise.race([life.exited, pause(kill.delayMs)])
  return life.kill('SIGKILL')
}
