import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type BatchResults, parseUsd } from '@sheepfold/client'
import { describe, expect, test } from 'vitest'
import { expectChargedOnce, expectCleanBooks } from '../support/books.ts'
import { deployment, writeConfig } from '../support/config-file.ts'
import { createBody, expectAllAnswered, jobRequests } from '../support/job.ts'
import { clientOf, patientClient } from '../support/patient-client.ts'
import { startFakeProvider } from '../support/provider.ts'
import { type Serve, startServe } from '../support/serve.ts'
import { type Stage, withStage } from '../support/stage.ts'
import { tempDir } from '../support/temp-dir.ts'
import { until } from '../support/wait.ts'

const SLOW = { defaults: { firstByteMs: 60, answerTokens: 20 } }
const FEW = { concurrency_max: 4, concurrency_initial: 4, interactive_share: 0 }

/** Keeps a configuration valid while the model of the test has no deployment. */
const other = (url: string) => deployment({ id: 'other', url, model: 'gpt-4.1', limits: FEW })

const TAKEN = /was read again: /g

/** Puts another file in the place of the server's own, and resolves when the server has said what came of it. */
const reload = async (
  stage: Pick<Stage, 'dataDir'>,
  serve: Serve,
  config: object | string,
): Promise<void> => {
  const said = (): number => serve.stdout().match(TAKEN)?.length ?? 0
  const complained = (): number => serve.stderr().match(/not taken over/g)?.length ?? 0
  const before = said() + complained()
  const text = typeof config === 'string' ? config : JSON.stringify(config)
  writeFileSync(join(dirname(stage.dataDir), 'sheepfold.yaml'), text)
  process.kill(serve.pid, 'SIGHUP')
  await until('the configuration to be read again', () => said() + complained() > before)
}

const someAnswers = (stage: Stage, batchId: string) =>
  until('some answers', async () => ((await stage.client.get(batchId)).counts?.succeeded ?? 0) > 0)

const chargedAt = ({ results }: BatchResults, nanoUsdPerToken: bigint): void => {
  for (const { cost, usage } of results) {
    expect(parseUsd(cost ?? '')).toBe(BigInt(usage?.total_tokens ?? 0) * nanoUsdPerToken)
  }
}

describe('SIGHUP', () => {
  test('takes a model away under a running job and puts it back elsewhere at another price: nothing is lost', () => {
    const urls = { first: '', second: '' }
    const config = (first: string, second: string) => {
      Object.assign(urls, { first, second })
      return { deployments: [deployment({ url: first, limits: FEW }), other(first)] }
    }
    return withStage({ simulator: SLOW, secondSimulator: SLOW, config }, async (stage) => {
      const serve = await stage.start()
      const requests = jobRequests('moved', 200)
      const { batch_id } = await stage.client.create(createBody(requests), 'moved')
      await someAnswers(stage, batch_id)

      await reload(stage, serve, { deployments: [other(urls.first)] })
      expect(serve.stdout()).toContain('was read again: deployments: removed first')
      const { waiting, status } = await stage.client.get(batch_id)
      expect(status).toBe('in_progress')
      expect(waiting?.code).toBe('no_deployment')
      await until('the calls in flight to end', () => stage.simulator.stats().running === 0)
      const { received } = stage.simulator.stats()

      const dearer = { 'batch-4.1': { provider_model: 'gpt-4.1', list_price: 16, batch_price: '4.00' } }
      const moved = deployment({ id: 'second', url: urls.second, limits: FEW })
      await reload(stage, serve, { deployments: [moved, other(urls.first)], models: dearer })
      expect(serve.stdout()).toMatch(/deployments: added second.*models: changed batch-4\.1/)

      expect((await stage.client.ended(batch_id)).status).toBe('completed')
      const results = await stage.client.results(batch_id)
      expectAllAnswered(results, requests, stage.simulator)
      // At the price that it was sold at.
      await expectChargedOnce(clientOf(serve.url), batch_id, results)
      expect(stage.simulator.stats()).toMatchObject({ received, repeated: 0 })
      expect(stage.second.stats()).toMatchObject({ received: requests.length - received, repeated: 0 })

      const later = jobRequests('later', 5)
      const created = await stage.client.create(createBody(later), 'later')
      await stage.client.ended(created.batch_id)
      chargedAt(await stage.client.results(created.batch_id), 4_000n)
      await serve.stop()
      await expectCleanBooks(stage.dataDir, requests.length + later.length)
    })
  })

  test('leaves calls in flight alone, and counts them when their deployment comes back', async () => {
    const folder = tempDir()
    const provider = await startFakeProvider()
    const here = { deployments: [deployment({ url: provider.url, limits: FEW }), other(provider.url)] }
    const gone = { deployments: [other(provider.url)] }
    const serve = await startServe({ dataDir: folder.dataDir, configFile: writeConfig(folder.path, here) })
    try {
      provider.hold()
      const client = clientOf(serve.url)
      const requests = jobRequests('held', 20)
      const { batch_id } = await client.batches.createRaw(createBody(requests))
      await provider.waiting(4)
      await reload(folder, serve, gone)
      expect((await client.batches.get(batch_id)).waiting?.code).toBe('no_deployment')
      await reload(folder, serve, here)
      expect((await client.batches.get(batch_id)).waiting).toBeNull()
      // A gate that forgot them would let four more in.
      await client.batches.get(batch_id, { waitSeconds: 1 })
      expect(provider.received).toHaveLength(4)
      provider.open()
      expect((await patientClient(() => serve.url).ended(batch_id)).status).toBe('completed')
      expect(provider.received).toHaveLength(requests.length)
    } finally {
      await serve.stop()
      await provider.close()
      folder[Symbol.dispose]()
    }
  })

  test('changes weights and limits under a running job', () => {
    const both = (first: string, second: string, weights: readonly number[], limits: typeof FEW) => ({
      deployments: [first, second].map((url, at) =>
        deployment({ id: `at-${at}`, url, weight: weights[at] ?? 0, limits }),
      ),
    })
    let after: object = {}
    const config = (first: string, second: string) => {
      after = both(first, second, [0, 1], { ...FEW, concurrency_max: 16, concurrency_initial: 16 })
      return both(first, second, [1, 0], { ...FEW, concurrency_max: 2, concurrency_initial: 2 })
    }
    return withStage({ simulator: SLOW, secondSimulator: SLOW, config }, async (stage) => {
      const serve = await stage.start()
      const requests = jobRequests('weighed', 300)
      const { batch_id } = await stage.client.create(createBody(requests), 'weighed')
      await someAnswers(stage, batch_id)
      // The standby helps out where the first is full, so that shares tell nothing yet.
      await reload(stage, serve, after)
      expect(serve.stdout()).toContain('deployments: changed at-0, at-1')
      await until('more calls at once than before', () => stage.second.stats().running > 2)
      expect((await stage.client.ended(batch_id)).status).toBe('completed')
      expectAllAnswered(await stage.client.results(batch_id), requests, stage.simulator)
      expect(stage.simulator.stats().received + stage.second.stats().received).toBe(requests.length)
    })
  })

  test('changes nothing for a file with errors, and says all of them', () => {
    let good: object = {}
    const config = (url: string) => {
      good = { deployments: [deployment({ url, limits: FEW })], limits: { items_max: 50 } }
      return good
    }
    return withStage({ simulator: SLOW, config }, async (stage) => {
      const serve = await stage.start()
      const requests = jobRequests('kept', 50)
      const { batch_id } = await stage.client.create(createBody(requests), 'kept')
      await reload(stage, serve, 'limits: { items_max: 0 }\ndeployments:\n  - { id: a, modle: batch-4.1 }\n')
      expect(serve.stderr()).toMatch(/not taken over, nothing has changed/)
      expect(serve.stderr()).toMatch(/sheepfold\.yaml:1:22: limits\.items_max: must be at least 1, got 0/)
      expect(serve.stderr()).toMatch(
        /sheepfold\.yaml:3:14: deployments\[0\]\.modle: .* Did you mean "model"\?/,
      )
      await reload(stage, serve, '')
      expect(serve.stderr()).toContain('is empty')
      await reload(stage, serve, { deployments: [] })
      expect(serve.stderr()).toContain('No model can be served')

      await reload(stage, serve, {
        ...good,
        limits: { items_max: 51 },
        server: { port: 1, data: 'elsewhere' },
      })
      expect(serve.stdout()).toContain('was read again: limits: changed itemsMax')
      // The test's own --port and --data win over the file, so nothing waits for a restart.
      expect(serve.stderr()).not.toContain('only a restart')
      const more = await stage.client.create(createBody(jobRequests('more', 51)), 'more')
      for (const id of [batch_id, more.batch_id]) {
        expect((await stage.client.ended(id)).status).toBe('completed')
      }
      await reload(stage, serve, { ...good, server: { host: '127.0.0.2' } })
      expect(serve.stderr()).toContain('only a restart changes server.host')
      expectAllAnswered(await stage.client.results(batch_id), requests, stage.simulator)
    })
  })

  test('stops a server without a file, as SIGTERM does', async () => {
    const folder = tempDir()
    const serve = await startServe({ dataDir: folder.dataDir, args: ['--simulate', '--no-config'] })
    try {
      expect(await serve.kill('SIGHUP')).toEqual({ code: 0, signal: null })
    } finally {
      await serve.kill('SIGKILL')
      folder[Symbol.dispose]()
    }
  })
})
