import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import type OpenAI from 'openai'
import type { Batch } from 'openai/resources/batches'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { chatLine, ended, linesOf, openaiOf, submit } from '../support/openai.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { until } from '../support/wait.ts'

/** The output and error files of batches whose shards overlap, because each has the requests of one model. */

const MODELS = ['gpt-4.1', 'batch-4.1', 'gpt-4.1-mini']
const COUNT = 40
const FAILING = [0, 7, 8, 22, 39]

let provider: FakeProvider
let server: TestGateway
let openai: OpenAI

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({
    provider: provider.url,
    adapt: (config) => ({
      ...config,
      intake: { ...config.intake, shardRequestsMin: 1, shardRequestsMax: 4 },
      execute: { ...config.execute, tickMs: 50 },
    }),
  })
  openai = openaiOf(server)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

afterEach(() => provider.refuse())

const everyone = Array.from({ length: COUNT }, (_, index) => index)
const well = everyone.filter((index) => !FAILING.includes(index))
const idsOf = (indexes: readonly number[]): string[] => indexes.map((index) => `r-${index}`)

/** The second model has few requests, far apart. */
const modelAt = (index: number): string | undefined => MODELS[index % 11 === 3 ? 1 : 2 * (index % 2)]

const run = async (): Promise<Batch> => {
  const lines = everyone.map((index) =>
    chatLine(`r-${index}`, `document ${index}!`, { model: modelAt(index) }),
  )
  return ended(openai, await submit(openai, lines))
}

const runWithFailures = (): Promise<Batch> => {
  provider.refuse(...FAILING.map((index) => `document ${index}!`))
  return run()
}

const idsIn = async (file: string | null | undefined): Promise<string[]> =>
  (await linesOf(openai, file)).map(({ custom_id }) => custom_id)

const segmentsOf = ({ id }: Batch): string[] => server.blobs().filter((name) => name.includes(id))

it('are in input order each, and stay so when the other one is deleted', async () => {
  const batch = await runWithFailures()
  expect(await idsIn(batch.output_file_id)).toEqual(idsOf(well))
  expect(await idsIn(batch.error_file_id)).toEqual(idsOf(FAILING))
  const before = segmentsOf(batch).length
  await openai.files.delete(batch.error_file_id ?? '')
  await until('its bytes to be gone', () => segmentsOf(batch).length < before)
  expect(await idsIn(batch.output_file_id)).toEqual(idsOf(well))
})

it('those of a retry too', async () => {
  const { id } = await runWithFailures()
  provider.refuse('document 22!')
  const retry = await call(`${server.url}/v1/batches/${id}/retry`, { key: server.key, method: 'POST' })
  const batch = await ended(openai, retry.json as Batch)
  expect(await idsIn(batch.output_file_id)).toEqual(idsOf(FAILING.filter((index) => index !== 22)))
  expect(await idsIn(batch.error_file_id)).toEqual(idsOf([22]))
})

it('and what retries of retries put together', async () => {
  const first = await runWithFailures()
  provider.refuse('document 22!', 'document 7!')
  const retried = async ({ id }: Batch): Promise<Batch> => {
    const retry = await call(`${server.url}/v1/batches/${id}/retry`, { key: server.key, method: 'POST' })
    return ended(openai, retry.json as Batch)
  }
  const second = await retried(first)
  provider.refuse()
  const third = await retried(second)
  const merged = await call(`${server.url}/v1/batches/${third.id}/results?merged=true`, { key: server.key })
  const { data } = merged.json as { data: Array<{ custom_id: string; response: { status_code: number } }> }
  expect(data.map(({ custom_id }) => custom_id)).toEqual(idsOf(everyone))
  expect(data.every(({ response }) => response.status_code === 200)).toBe(true)
})

/** As fetch says it, before the answer's head has come and behind it. */
const CUT = /fetch failed|terminated/

it('are never taken for whole where a segment cannot be read to its end', async () => {
  const batch = await run()
  const url = `${server.url}/v1/files/${batch.output_file_id}/content`
  const whole = await call(url, { key: server.key })
  const last = segmentsOf(batch).toSorted().at(-1) ?? ''
  truncateSync(join(server.dataDir, 'blobs', last), 10)
  const cut = call(url, { key: server.key })
  await expect(cut).rejects.toThrow(CUT)
  const tail = call(url, { key: server.key, headers: { range: `bytes=${whole.text.length - 9}-` } })
  await expect(tail).rejects.toThrow(CUT)
})
