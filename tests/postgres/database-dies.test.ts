import { openOperatorStore } from '@sheepfold/gateway'
import { expect, test } from 'vitest'
import { expectChargedOnce } from '../support/books.ts'
import { createBody, expectAllAnswered, jobRequests } from '../support/job.ts'
import { clientOf } from '../support/patient-client.ts'
import { keepCluster } from '../support/postgres/kept-cluster.ts'
import { withStage } from '../support/stage.ts'
import { until } from '../support/wait.ts'

const REQUESTS = jobRequests('survivor', 1_000)
const CONCURRENCY = 64
/** The database dies when so many requests have come to the provider. */
const DEATHS_AT = [250, 600]
/** The cluster trusts everybody; nobody may read it in a log all the same. */
const PASSWORD = 'never-to-be-seen'

test('a database that dies in the middle of a job loses no answer and doubles none', async () => {
  // One of its own: the other tests of the run share theirs.
  const cluster = await keepCluster()
  try {
    await withStage(
      {
        simulator: { defaults: { firstByteMs: 30, firstByteSpreadMs: 25, answerTokens: 40 } },
        limits: { concurrency_max: CONCURRENCY },
      },
      async ({ start, client, simulator, dataDir }) => {
        const databaseUrl = `${cluster.url.replace('postgres@', `postgres:${PASSWORD}@`)}/postgres`
        const serve = await start({ env: { DATABASE_URL: databaseUrl } })
        const { batch_id } = await client.create(createBody(REQUESTS), 'survives')
        for (const count of DEATHS_AT) {
          await until('the moment of a death', () => simulator.stats().distinct >= count)
          await cluster.crashAndRestart()
        }
        const ended = await until('the batch to end', () => endedOrNothing(serve.url, batch_id))
        expect(ended.status).toBe('completed')

        const calm = clientOf(serve.url)
        const results = await calm.batches.results(batch_id)
        expectAllAnswered(results, REQUESTS, simulator)
        const charged = await expectChargedOnce(calm, batch_id, results)
        // Nothing died but the database: what was in flight then is known, and nothing is sent once more.
        expect(simulator.stats()).toMatchObject({ distinct: REQUESTS.length, repeated: 0 })
        expect((await serve.stop()).code, serve.stderr()).toBe(0)
        expect(serve.stderr()).toContain('failed and is tried again')
        expect(serve.stderr()).not.toContain(PASSWORD)

        const store = await openOperatorStore({ dataDir, databaseUrl }, { create: false })
        const { answers, findings, balances } = await store.audit.audit()
        await store.close()
        expect({ answers, findings }).toEqual({ answers: REQUESTS.length, findings: [] })
        expect(balances.find(({ account }) => account === 'revenue')?.amount).toBe(charged)
      },
    )
  } finally {
    await cluster.remove()
  }
})

/** A question that meets the death of the database is answered with an error, and asked again. */
const endedOrNothing = async (url: string, batchId: string) => {
  const batch = await clientOf(url)
    .batches.get(batchId)
    .catch(() => undefined)
  return batch !== undefined && batch.status !== 'in_progress' && batch
}
