import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { expectCleanBooks } from '../support/books.ts'
import { sheepfold } from '../support/command.ts'
import { deployment } from '../support/config-file.ts'
import { call } from '../support/http.ts'
import { createBody, expectAllAnswered, jobRequests } from '../support/job.ts'
import { clientOf } from '../support/patient-client.ts'
import { type Stage, withStage } from '../support/stage.ts'
import { stuckProvider } from '../support/stuck.ts'
import { until } from '../support/wait.ts'

const REQUESTS = jobRequests('beside', 60)
const FAST = { firstByteMs: 5, answerTokens: 20 }
const UNAUTHORIZED = '{"error":"unauthorized","message":"Invalid or expired API key"}'
/** What is promised: a revoked key is refused within a second. */
const REVOKED_MS_MAX = 1_000

describe('beside a running server', () => {
  test('a revoked key is refused within a second, and its batch goes on', () =>
    withStage({ simulator: stuckProvider('rate_limit') }, async (stage) => {
      const { url } = await stage.start()
      const key = await newKey(stage, '--name', 'short-lived')
      const { batch_id } = await clientOf(url, key.secret).batches.createRaw(createBody(REQUESTS))
      // A key that is in use all the time is a cached one.
      await until('the batch to run', async () => {
        const { counts } = await clientOf(url, key.secret).batches.get(batch_id)
        return (counts?.succeeded ?? 0) > 0
      })
      const revoked = await keys(stage, 'revoke', key.id)
      expect(revoked).toEqual({ id: key.id, revoked: true })
      await pause(REVOKED_MS_MAX)
      const refused = await call(`${url}/v1/models`, { key: key.secret })
      expect([refused.status, refused.text]).toEqual([401, UNAUTHORIZED])
      // Seen with another key of the same account.
      expect((await stage.client.get(batch_id)).status).toBe('in_progress')
      stage.simulator.setFaults([])
      expect((await stage.client.ended(batch_id)).status).toBe('completed')
      expectAllAnswered(await stage.client.results(batch_id), REQUESTS, stage.simulator)
      expect(await keys(stage, 'list')).toContainEqual(
        expect.objectContaining({ id: key.id, name: 'short-lived', usable: false }),
      )
    }))

  test('a new key works at once, and is listed without its secret', () =>
    withStage({ simulator: { defaults: FAST } }, async (stage) => {
      const { url } = await stage.start()
      const key = await newKey(stage, '--name', 'fresh')
      expect((await call(`${url}/v1/models`, { key: key.secret })).status).toBe(200)
      const { stdout } = await sheepfold('keys', 'list', '--data', stage.dataDir)
      expect(stdout).toContain(key.id)
      expect(stdout).not.toContain(key.secret)
    }))

  test('a key with limits is held to them, and listed with them', () =>
    withStage({ simulator: { defaults: FAST } }, async (stage) => {
      const { url } = await stage.start()
      const limits = ['--requests-per-minute', '1', '--tokens-per-minute', '5000', '--spend-limit', '2.5']
      const key = await newKey(stage, ...limits)
      const ask = () =>
        call(`${url}/v1/embeddings`, { key: key.secret, body: { model: 'batch-4.1', input: 'text' } })
      const first = await ask()
      expect(first.headers.get('x-ratelimit-limit-tokens')).toBe('5000')
      expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('0')
      expect((await ask()).status).toBe(429)
      expect(await keys(stage, 'list')).toContainEqual(
        expect.objectContaining({
          id: key.id,
          requests_per_minute: 1,
          tokens_per_minute: 5_000,
          spend_limit: '2.50',
        }),
      )
      const { stdout } = await sheepfold('keys', 'list', '--data', stage.dataDir)
      expect(stdout).toMatch(new RegExp(`^${key.id} .* 1 requests/min, 5000 tokens/min, 2\\.50 USD$`, 'm'))
    }))

  test('a key of an operator opens /v1/admin at once, and nothing else', () =>
    withStage({ simulator: { defaults: FAST } }, async (stage) => {
      const { url } = await stage.start()
      const key = await newKey(stage, '--operator', '--name', 'alice')
      expect(key.secret).toMatch(/^sk-holysheep-op-/)
      expect((await call(`${url}/v1/admin/accounts`, { key: key.secret })).status).toBe(200)
      expect((await call(`${url}/v1/models`, { key: key.secret })).status).toBe(403)
      expect(await keys(stage, 'list')).toContainEqual(
        expect.objectContaining({ id: key.id, role: 'operator', account: null }),
      )
      const { stdout } = await sheepfold('keys', 'list', '--data', stage.dataDir)
      expect(stdout).toMatch(new RegExp(`^${key.id} .* alice +operator +- `, 'm'))
      const refused = await sheepfold(
        'keys',
        'create',
        '--operator',
        '--account',
        'x',
        '--data',
        stage.dataDir,
      )
      expect(refused.code).not.toBe(0)
      expect(refused.stderr).toContain('--account')
    }))

  test('a key that is limited to models sees and uses no others', () =>
    withStage(
      {
        simulator: { defaults: FAST },
        config: (provider) => ({
          deployments: [
            deployment({ url: provider }),
            deployment({ id: 'second', url: provider, model: 'batch-flash-3.5' }),
          ],
        }),
      },
      async (stage) => {
        const { url } = await stage.start()
        const key = await newKey(stage, '--models', 'batch-flash-3.5')
        const models = await call(`${url}/v1/models`, { key: key.secret })
        expect(models.json).toMatchObject({ data: [{ id: 'batch-flash-3.5' }] })
        const refused = await call(`${url}/v1/batches`, { key: key.secret, body: createBody(REQUESTS) })
        expect(refused.status).toBe(403)
        expect(refused.json).toMatchObject({ error: 'model_not_allowed', field: 'model' })
      },
    ))

  test('a key is refused once it has expired', () =>
    withStage({ simulator: { defaults: FAST } }, async (stage) => {
      const { url } = await stage.start()
      const key = await newKey(stage, '--expires', '4s')
      expect((await call(`${url}/v1/models`, { key: key.secret })).status).toBe(200)
      await until('the key to expire', async () => {
        const { status, text } = await call(`${url}/v1/models`, { key: key.secret })
        return status === 401 && text === UNAUTHORIZED
      })
    }))

  test('the audit finds the books right while a batch runs', () =>
    withStage({ simulator: stuckProvider('rate_limit') }, async (stage) => {
      await stage.start()
      const { batch_id } = await stage.client.create(createBody(REQUESTS), 'audited')
      await until('some answers', async () => ((await stage.client.get(batch_id)).counts?.succeeded ?? 0) > 0)
      const { answers } = await expectCleanBooks(stage.dataDir)
      expect(answers).toBeGreaterThan(0)
      expect(answers).toBeLessThan(REQUESTS.length)
      stage.simulator.setFaults([])
      await expectCleanBooks(stage.dataDir)
      await stage.client.ended(batch_id)
      await expectCleanBooks(stage.dataDir, REQUESTS.length)
    }))
})

const keys = async (stage: Stage, ...args: readonly string[]): Promise<unknown> => {
  const end = await sheepfold('keys', ...args, '--json', '--data', stage.dataDir)
  expect({ code: end.code, stderr: end.stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(end.stdout)
}

const newKey = async (stage: Stage, ...args: readonly string[]): Promise<{ id: string; secret: string }> => {
  const made = await keys(stage, 'create', ...args)
  if (typeof made !== 'object' || made === null || !('id' in made) || !('key' in made)) {
    throw new Error('keys create printed no key')
  }
  return { id: String(made.id), secret: String(made.key) }
}
