import { expect, test } from 'vitest'
import { expectCleanBooks } from '../support/books.ts'
import { answerTo, createBody, jobRequests } from '../support/job.ts'
import { withStage } from '../support/stage.ts'

const REQUESTS = jobRequests('deadly', 300)
const CULPRIT = 'deadly-137'
/** Three deaths before its shard is careful, two that name it: what comes beyond is a guard. */
const DEATHS_MAX = 10
const KILLED = { code: null, signal: 'SIGKILL' }

test('a request that kills its worker each time ends as poison, and all others are answered', () =>
  withStage(
    {
      simulator: { defaults: { firstByteMs: 5, answerTokens: 20 } },
      limits: { concurrency_max: 32 },
    },
    async (stage) => {
      const { client, simulator } = stage
      const job = client
        .create(createBody(REQUESTS), 'poison-test')
        .then(({ batch_id }) => client.ended(batch_id))
      job.catch(() => undefined)

      for (let deaths = 0; ; deaths += 1) {
        expect(deaths).toBeLessThanOrEqual(DEATHS_MAX)
        const life = stage.spawn({ env: { SHEEPFOLD_CRASH_AT: `execute.before_call=${CULPRIT}` } })
        const isOver = await Promise.race([job.then(() => true), life.exited.then(() => false)])
        if (isOver) break
        expect(await life.exited, life.stderr()).toEqual(KILLED)
      }

      const { batch_id, status } = await job
      expect(status).toBe('completed')
      const { results } = await client.results(batch_id)
      expect(results.map(({ custom_id }) => custom_id)).toEqual(REQUESTS.map(({ custom_id }) => custom_id))
      for (const [index, request] of REQUESTS.entries()) {
        expect(results[index]).toMatchObject(
          request.custom_id === CULPRIT
            ? { status: 'failed', output: null, error: { code: 'poison' } }
            : { status: 'succeeded', output: answerTo(simulator, request), error: null },
        )
      }
      await expectCleanBooks(stage.dataDir, REQUESTS.length)
    },
  ))
