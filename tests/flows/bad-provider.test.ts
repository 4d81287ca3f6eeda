import { type AnswerFaultKind, answerFaultKinds, type Fault } from '@sheepfold/simulator'
import { describe, expect, test } from 'vitest'
import { expectChargedOnce, expectCleanBooks } from '../support/books.ts'
import { deployment } from '../support/config-file.ts'
import { answerTo, createBody, expectAllAnswered, jobRequests } from '../support/job.ts'
import { peakResidentMib } from '../support/memory.ts'
import { clientOf } from '../support/patient-client.ts'
import { plainGet } from '../support/plain-get.ts'
import { type Stage, withStage } from '../support/stage.ts'
import { until } from '../support/wait.ts'

const FAST = { firstByteMs: 5, answerTokens: 20 }
/** Short, so that what hangs is given up within the test's time. */
const IMPATIENT = { first_byte_seconds_max: 0.5, total_seconds_max: 2 }

/** These close the deployment for all requests, for this reason; they have a test of their own. */
const CLOSERS = [
  ['key_revoked', 'invalid_api_key'],
  ['payment_required', 'insufficient_quota'],
  ['quota_exceeded', 'insufficient_quota'],
  ['spend_limit', 'billing_hard_limit_reached'],
] as const

/** Everything that another try may heal; what is not allowed never will be. */
const notHealed: readonly string[] = ['permission_denied', ...CLOSERS.map(([kind]) => kind)]
const kinds = Object.keys(answerFaultKinds).filter(
  (kind): kind is AnswerFaultKind => !notHealed.includes(kind),
)

/** What each fault does beyond its kind. */
const PARTICULARS: Partial<Record<AnswerFaultKind, Partial<Fault>>> = {
  // Every retry-after rests the whole deployment: one storm of a second is enough.
  rate_limit: { retryAfterSeconds: 0 },
  slow: { delayMs: 200, bodyDelayMs: 200 },
}

describe('a bad provider', () => {
  test('one call in five fails in every way there is, and every request is answered', async () => {
    const requests = jobRequests('beset', 1_000)
    await withStage(
      {
        simulator: {
          seed: 7,
          defaults: FAST,
          faults: [
            { kind: 'rate_limit', retryAfterSeconds: 1, nth: 400 },
            // Later than a first byte may come: given up, and sent again.
            { kind: 'slow', delayMs: 5_000, rate: 0.005 },
            // More than one in five, since those of other makers leave an answer of this one as it is.
            ...kinds.map((kind) => ({ kind, rate: 0.28 / kinds.length, ...PARTICULARS[kind] })),
          ],
        },
        limits: { ...IMPATIENT, concurrency_max: 48 },
      },
      async (stage) => {
        const serve = await stage.start()
        const { batch_id } = await stage.client.create(createBody(requests), 'beset')
        expect((await stage.client.ended(batch_id)).status).toBe('completed')
        const results = await stage.client.results(batch_id)
        expectAllAnswered(results, requests, stage.simulator)
        await expectChargedOnce(clientOf(serve.url), batch_id, results)

        const { received, repeated, outcomes } = stage.simulator.stats()
        expect(repeated / received).toBeGreaterThan(0.15)
        // What hangs, is late or is far too long ends with us leaving.
        expect(outcomes.client_gone).toBeGreaterThan(0)
        const seen = new Set(Object.keys(outcomes))
        expect(kinds.filter((kind) => !seen.has(kind) && !['hang', 'huge_answer'].includes(kind))).toEqual([])
        // Answers without usage were counted by us, and say so.
        const { usage } = await plainGet(serve.url, `/v1/batches/${batch_id}`)
        const { estimated_requests: estimated } = usage as { estimated_requests: number }
        expect(estimated).toBeGreaterThan(0)
        // One that came when it was given up already is not among them.
        expect(estimated).toBeLessThanOrEqual(outcomes.no_usage ?? 0)
        await expectCleanBooks(stage.dataDir, requests.length)
      },
    )
  })

  test('answers of 70 MB are cut off, and memory stays bounded', async () => {
    const requests = jobRequests('huge', 200)
    await withStage(
      {
        simulator: { seed: 3, defaults: FAST, faults: [{ kind: 'huge_answer', rate: 0.2 }] },
        limits: { concurrency_max: 16 },
      },
      async (stage) => {
        const serve = await stage.start()
        const { batch_id } = await stage.client.create(createBody(requests), 'huge')
        await stage.client.ended(batch_id)
        expectAllAnswered(await stage.client.results(batch_id), requests, stage.simulator)
        expect(stage.simulator.stats().repeated).toBeGreaterThan(20)
        // 16 calls of at most 8 MiB each, beside the process itself; the provider sent gigabytes.
        const peak = peakResidentMib(serve.pid)
        if (peak !== undefined) expect(peak).toBeLessThan(512)
      },
    )
  })

  test("a request that can never succeed fails alone, with the provider's own error", async () => {
    const good = jobRequests('good', 50)
    const tooLong = { custom_id: 'too-long', prompt: 'word '.repeat(3_000) }
    await withStage(
      {
        simulator: { models: { 'gpt-4.1': { ...FAST, contextTokens: 1_000 } } },
      },
      async (stage) => {
        const serve = await stage.start()
        const requests = [...good.slice(0, 25), tooLong, ...good.slice(25)]
        const { batch_id } = await stage.client.create(createBody(requests), 'too-long')
        expect((await stage.client.ended(batch_id)).status).toBe('completed')
        const { results } = await stage.client.results(batch_id)
        for (const [index, request] of requests.entries()) {
          if (request === tooLong) continue
          expect(results[index]).toMatchObject({
            status: 'succeeded',
            output: answerTo(stage.simulator, request),
          })
        }
        const plain = await plainGet(serve.url, `/v1/batches/${batch_id}/results`)
        const failed = Array.isArray(plain.results) ? plain.results[25] : undefined
        expect(failed).toMatchObject({
          custom_id: 'too-long',
          status: 'failed',
          output: null,
          cost: '0.00',
          error: { code: 'context_length_exceeded', status: 400 },
        })
        expect(JSON.parse(failed.error.provider_error)).toMatchObject({
          error: { code: 'context_length_exceeded' },
        })
        // Once: what cannot succeed is not tried again.
        expect(stage.simulator.stats().repeated).toBe(0)
      },
    )
  })

  test.for(CLOSERS)(
    '%s: the batch waits and says why, and goes on when the key works again',
    async ([kind, reason]) => {
      const requests = jobRequests('waiting', 200)
      await withStage({ simulator: { defaults: FAST }, limits: { concurrency_max: 8 } }, async (stage) => {
        stage.simulator.setFaults([{ kind }])
        await stage.start()
        const { batch_id } = await stage.client.create(createBody(requests), 'waiting')
        const waiting = await whyWaiting(stage, batch_id)
        expect(waiting.code).toBe('deployment_closed')
        expect(waiting.message).toContain(reason)
        const { status, counts } = await stage.client.get(batch_id)
        expect(status).toBe('in_progress')
        expect(counts).toMatchObject({ succeeded: 0, failed: 0 })

        stage.simulator.setFaults([])
        expect((await stage.client.ended(batch_id)).waiting).toBeNull()
        expectAllAnswered(await stage.client.results(batch_id), requests, stage.simulator)
      })
    },
  )

  test('a key that is revoked in the middle: the second deployment takes over', async () => {
    const requests = jobRequests('taken-over', 400)
    await withStage(
      {
        simulator: { defaults: FAST, faults: [] },
        secondSimulator: { defaults: FAST },
        config: (url, second) => ({
          deployments: [
            deployment({ id: 'first', url, limits: { concurrency_max: 8 } }),
            deployment({ id: 'second', url: second, limits: { concurrency_max: 8 }, weight: 0 }),
          ],
        }),
      },
      async (stage) => {
        await stage.start()
        const { batch_id } = await stage.client.create(createBody(requests), 'taken-over')
        await until('some answers', () => stage.simulator.stats().received > 20)
        stage.simulator.setFaults([{ kind: 'key_revoked' }])
        await stage.client.ended(batch_id)
        expectAllAnswered(await stage.client.results(batch_id), requests, stage.simulator)
        // A standby, so it had nothing to do before.
        expect(stage.second.stats().received).toBeGreaterThan(0)
      },
    )
  })

  test('a deployment that only fails: each request fails over to the second one', async () => {
    const requests = jobRequests('failed-over', 300)
    await withStage(
      {
        simulator: { defaults: FAST, faults: [{ kind: 'server_error' }] },
        secondSimulator: { defaults: FAST },
        config: (url, second) => ({
          deployments: [deployment({ id: 'first', url }), deployment({ id: 'second', url: second })],
        }),
      },
      async (stage) => {
        await stage.start()
        const { batch_id } = await stage.client.create(createBody(requests), 'failed-over')
        expect((await stage.client.ended(batch_id)).status).toBe('completed')
        expectAllAnswered(await stage.client.results(batch_id), requests, stage.second)
        expect(stage.second.stats().distinct).toBe(requests.length)
        expect(stage.simulator.stats().received).toBeGreaterThan(0)
      },
    )
  })
})

const whyWaiting = (stage: Stage, batchId: string): Promise<{ code: string; message: string }> =>
  until('a reason to wait', async () => (await stage.client.get(batchId)).waiting ?? undefined)
