import { request } from 'node:http'
import Anthropic from '@anthropic-ai/sdk'
import { describe, expect, it } from 'vitest'
import type { CrashPoint } from '../../gateway/src/crash/crash-points.ts'
import { expectCleanBooks } from '../support/books.ts'
import { deployment } from '../support/config-file.ts'
import { lostByKill } from '../support/losses.ts'
import { messageBatchEnded, messageRequest, resultsOf } from '../support/message-batches.ts'
import { API_KEY } from '../support/serve.ts'
import { type Stage, withStage } from '../support/stage.ts'
import { blobsNamed, blobsOnDisk } from '../support/stored.ts'
import { until } from '../support/wait.ts'

/** A create of a batch of messages over the death of its server, as Anthropic's client sends it again. */

const MODEL = 'batch-pro'
const REQUESTS = Array.from({ length: 60 }, (_, at) =>
  messageRequest(`r-${at}`, `text ${at}`, { model: MODEL }),
)
const KILLED = { code: null, signal: 'SIGKILL' }

const STAGE = {
  simulator: { defaults: { firstByteMs: 5, answerTokens: 20 } },
  config: (url: string) => ({
    deployments: [
      { ...deployment({ url, limits: { concurrency_max: 8 } }), model: MODEL, protocol: 'anthropic' },
    ],
  }),
}

/** Its own retries find the server that runs by then. */
const patientAnthropic = (stage: Stage): Anthropic =>
  new Anthropic({
    apiKey: API_KEY,
    baseURL: 'http://gateway.test',
    maxRetries: 20,
    fetch: (url, init) => fetch(String(url).replace('http://gateway.test', stage.url()), init),
  })

const expectNothingLeftOver = async (stage: Stage): Promise<void> => {
  expect(blobsOnDisk(stage.dataDir).toSorted()).toEqual((await blobsNamed(stage.dataDir)).toSorted())
}

describe.concurrent('a server that is killed', () => {
  it.each<[CrashPoint, number]>([
    ['intake.after_input', 1],
    ['accept.before_commit', 1],
    ['accept.after_commit', 1],
  ])('at %s makes one batch of a create, and each request is answered once', (point, nth) =>
    withStage(STAGE, async (stage) => {
      const life = stage.spawn({ env: { SHEEPFOLD_CRASH_AT: `${point}:${nth}` } })
      await life.ready
      const client = patientAnthropic(stage)
      const created = client.messages.batches.create({ requests: REQUESTS })
      expect(await life.exited, life.stderr()).toEqual(KILLED)
      const lost = await lostByKill(stage.dataDir, stage.simulator)
      const last = await stage.start()
      const made = await created
      const ended = await messageBatchEnded(client, made)
      expect(ended.request_counts.succeeded).toBe(REQUESTS.length)
      const results = await resultsOf(client, made)
      expect([...results.keys()].toSorted()).toEqual(REQUESTS.map(({ custom_id }) => custom_id).toSorted())
      expect(stage.simulator.stats().repeated).toBeLessThanOrEqual(lost)
      expect((await client.messages.batches.list()).data.map(({ id }) => id)).toEqual([made.id])
      await expectNothingLeftOver(stage)
      expect((await last.stop()).code).toBe(0)
      await expectCleanBooks(stage.dataDir, REQUESTS.length)
    }),
  )

  it('in the middle of a body keeps nothing of it', () =>
    withStage(STAGE, async (stage) => {
      const life = await stage.start()
      const text = JSON.stringify({
        requests: REQUESTS.map((each) => ({ ...each, padding: 'x'.repeat(50_000) })),
      })
      const call = request(`${stage.url()}/v1/messages/batches`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${API_KEY}`,
          'anthropic-version': '2026-10-21',
          'content-type': 'application/json',
          'content-length': text.length,
        },
      })
      const broken = new Promise((resolve) => call.once('error', resolve))
      call.write(text.slice(0, -100))
      await until('some of it to be written', () => blobsOnDisk(stage.dataDir).length > 0)
      expect(await life.kill('SIGKILL')).toEqual(KILLED)
      await broken
      const last = await stage.start()
      expect(blobsOnDisk(stage.dataDir)).toEqual([])
      expect((await patientAnthropic(stage).messages.batches.list()).data).toEqual([])
      expect((await last.stop()).code).toBe(0)
    }))
})
