import type OpenAI from 'openai'
import type { Batch } from 'openai/resources/batches'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { batchEnded, created, type NativeResults } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { type Answer, call } from '../support/http.ts'
import {
  answerOf,
  chatLine,
  chatLines,
  createOf,
  ended,
  linesOf,
  type OutputLine,
  openaiOf,
  refusalOf,
  submit,
  upload,
} from '../support/openai.ts'
import { type FakeProvider, REFUSAL, startFakeProvider } from '../support/provider.ts'
import { until } from '../support/wait.ts'

let provider: FakeProvider
let server: TestGateway
let openai: OpenAI

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({
    provider: provider.url,
    adapt: (config) => ({
      ...config,
      intake: { ...config.intake, shardRequestsMin: 5, shardRequestsMax: 10 },
      execute: { ...config.execute, tickMs: 50, stopDrainMs: 100 },
    }),
  })
  openai = openaiOf(server)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

afterEach(() => {
  provider.refuse()
  provider.open()
})

const COUNT = 35
/** In the first, the second and the last of four shards; the third has none. */
const FAILING = [0, 4, 9, 13, 30, 34]
const FAILING_STILL = [4, 34]

const wordsOf = (indexes: readonly number[]): string[] => indexes.map((index) => `document ${index}!`)
const text = (index: number): string => `document ${index}!`
const idsOf = (indexes: readonly number[]): string[] => indexes.map((index) => `r-${index}`)
const customIds = (lines: ReadonlyArray<{ readonly custom_id: string }>): string[] =>
  lines.map(({ custom_id }) => custom_id)
const everyone = Array.from({ length: COUNT }, (_, index) => index)

const post = (id: string, headers: Record<string, string> = {}, key = server.key): Promise<Answer> =>
  call(`${server.url}/v1/batches/${id}/retry`, { key, method: 'POST', headers })

const retried = async (id: string): Promise<Batch & { retry_of: string }> => {
  const answer = await post(id)
  if (answer.status !== 200) throw new Error(answer.text)
  return answer.json as Batch & { retry_of: string }
}

const mergedOf = async (id: string): Promise<OutputLine[]> => {
  const answer = await call(`${server.url}/v1/batches/${id}/results?merged=true`, { key: server.key })
  if (answer.status !== 200) throw new Error(answer.text)
  const { data, results } = answer.json as { data: OutputLine[]; results: OutputLine[] }
  expect(data).toEqual(results)
  return results
}

/** A batch of which some requests were refused. */
const withFailures = async (): Promise<Batch> => {
  provider.refuse(...wordsOf(FAILING))
  const batch = await ended(
    openai,
    await submit(openai, chatLines(COUNT, text), { metadata: { night: '1' } }),
  )
  expect(batch.request_counts).toEqual({
    total: COUNT,
    completed: COUNT - FAILING.length,
    failed: FAILING.length,
  })
  return batch
}

const errorFileOf = async (batch: Batch): Promise<string[]> => {
  const file = await (await openai.files.content(batch.error_file_id ?? '')).text()
  return file.trimEnd().split('\n')
}

describe('a retry', () => {
  it('is a new batch of the failed requests, and their results are merged where they were', async () => {
    const first = await withFailures()
    provider.refuse(...wordsOf(FAILING_STILL))
    provider.received.length = 0
    const second = await retried(first.id)
    expect(second).toMatchObject({
      object: 'batch',
      retry_of: first.id,
      input_file_id: first.input_file_id,
      endpoint: first.endpoint,
      metadata: { night: '1' },
    })
    const secondEnded = await ended(openai, second)
    expect(secondEnded.request_counts).toEqual({ total: 6, completed: 4, failed: 2 })
    expect(provider.received.map((chat) => chat.messages[0]?.content).toSorted()).toEqual(
      wordsOf(FAILING).toSorted(),
    )
    expect(customIds(await linesOf(openai, secondEnded.error_file_id))).toEqual(idsOf(FAILING_STILL))
    const afterTwo = await mergedOf(second.id)
    expect(customIds(afterTwo)).toEqual(idsOf(everyone))
    expect(afterTwo.map((line) => line.response?.status_code)).toEqual(
      everyone.map((index) => (FAILING_STILL.includes(index) ? 400 : 200)),
    )

    provider.refuse()
    const third = await ended(openai, await retried(second.id))
    expect(third.request_counts).toEqual({ total: 2, completed: 2, failed: 0 })
    const afterThree = await mergedOf(third.id)
    expect(customIds(afterThree)).toEqual(idsOf(everyone))
    expect(afterThree.map(answerOf)).toEqual(everyone.map((index) => `re: ${JSON.stringify(text(index))}`))
    expect(new Set(afterThree.map(({ id }) => id)).size).toBe(COUNT)
    // Each as it was, where nothing is merged.
    expect(customIds(await mergedOf(first.id))).toEqual(idsOf(everyone))
    const plain = await call(`${server.url}/v1/batches/${second.id}/results`, { key: server.key })
    expect((plain.json as { data: unknown[] }).data).toHaveLength(6)
    const refused = await post(third.id)
    expect(refused).toMatchObject({ status: 400, json: { error: { code: 'nothing_to_retry' } } })
  })

  it('takes what expired or failed, and not what was cancelled', async () => {
    provider.hold()
    const batch = await submit(openai, chatLines(3, text))
    await provider.waiting(3)
    await openai.batches.cancel(batch.id)
    await ended(openai, batch)
    expect(await post(batch.id)).toMatchObject({ status: 400, json: { error: { code: 'nothing_to_retry' } } })
  })

  it('of a batch that runs, of one that was refused, and of none at all is told so', async () => {
    provider.hold()
    const running = await submit(openai, chatLines(1, text))
    expect(await post(running.id)).toMatchObject({ status: 400, json: { error: { code: 'not_ended' } } })
    provider.open()
    await ended(openai, running)
    const refused = await submit(openai, ['bad'])
    expect(await post(refused.id)).toMatchObject({
      status: 400,
      json: { error: { code: 'nothing_to_retry' } },
    })
    expect((await post('batch_nowhere')).status).toBe(404)
    const { secret } = await server.newKey({ account: 'acct_other' })
    expect((await post(running.id, {}, secret)).status).toBe(404)
  })

  it('that is sent again is the same one; without saying so it is another', async () => {
    const first = await withFailures()
    provider.refuse()
    const made = await post(first.id)
    const again = await post(first.id, { 'x-stainless-retry-count': '1' })
    expect(again.json).toMatchObject({ id: (made.json as Batch).id })
    const named = await post(first.id, { 'idempotency-key': 'k-1' })
    expect((await post(first.id, { 'idempotency-key': 'k-1' })).json).toMatchObject({
      id: (named.json as Batch).id,
    })
    const batches = [made, named, await post(first.id)].map(({ json }) => json as Batch)
    expect(new Set(batches.map(({ id }) => id)).size).toBe(3)
    for (const batch of batches) {
      await ended(openai, batch)
      expect(customIds(await mergedOf(batch.id))).toEqual(idsOf(everyone))
    }
  })

  it('needs a key that may use the models', async () => {
    const first = await withFailures()
    const { secret } = await server.newKey({ models: ['batch-pro'] })
    const { status, json } = await post(first.id, {}, secret)
    expect([status, json]).toEqual([403, { error: expect.objectContaining({ code: 'model_not_allowed' }) }])
  })

  it('merges once all have ended', async () => {
    const first = await withFailures()
    provider.hold()
    const second = await retried(first.id)
    const answer = await call(`${server.url}/v1/batches/${second.id}/results?merged=true`, {
      key: server.key,
    })
    expect(answer).toMatchObject({ status: 400, json: { error: { code: 'not_ended' } } })
    provider.open()
    await ended(openai, second)
    expect(await mergedOf(second.id)).toHaveLength(COUNT)
  })

  it('is possible while the input is there, also where its file was deleted for clients', async () => {
    const first = await withFailures()
    await openai.files.delete(first.input_file_id)
    await until('the bytes to be gone', () => !server.blobs().includes(`files/${first.input_file_id}`))
    expect(await post(first.id)).toMatchObject({ status: 400, json: { error: { code: 'input_gone' } } })
    const errors = await upload(openai, await errorFileOf(first))
    expect(await refusalOf(createOf(openai, errors.id))).toMatchObject({ status: 400, code: 'input_gone' })
  })

  it('of a native batch is native, and merges in its own form', async () => {
    provider.refuse(...wordsOf([1, 7]))
    const tasks = everyone.slice(0, 12).map((index) => ({ custom_id: `r-${index}`, prompt: text(index) }))
    const first = await created(server, { model: 'batch-4.1', tasks })
    await batchEnded(server, first.batch_id)
    provider.refuse()
    const second = (await post(first.batch_id)).json as { batch_id: string; retry_of: string }
    expect(second).toMatchObject({ batch_id: expect.stringMatching(/^batch_/), retry_of: first.batch_id })
    await batchEnded(server, second.batch_id)
    const url = `${server.url}/v1/batches/${second.batch_id}/results?merged=true`
    const { data } = (await call(url, { key: server.key })).json as NativeResults
    expect(data.map(({ custom_id, status, output }) => [custom_id, status, output])).toEqual(
      tasks.map(({ custom_id, prompt }) => [custom_id, 'succeeded', `re: ${JSON.stringify(prompt)}`]),
    )
    expect(data.map(({ index }) => index)).toEqual(tasks.map((_, index) => index))
  })
})

describe('an error file that is uploaded', () => {
  it('as it is retries its requests', async () => {
    const first = await withFailures()
    const lines = await errorFileOf(first)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ response: { status_code: 400, body: REFUSAL } })
    provider.refuse()
    const file = await upload(openai, lines, 'errors.jsonl')
    const second = await createOf(openai, file.id, { metadata: { night: '2' } })
    expect(second).toMatchObject({ retry_of: first.id, input_file_id: file.id, metadata: { night: '2' } })
    const done = await ended(openai, second)
    expect(done.request_counts).toEqual({ total: 6, completed: 6, failed: 0 })
    expect(customIds(await linesOf(openai, done.output_file_id))).toEqual(idsOf(FAILING))
    expect((await mergedOf(done.id)).map(answerOf)).toEqual(
      everyone.map((index) => `re: ${JSON.stringify(text(index))}`),
    )
    // The file that it names is gone; the requests are those of the first one's.
    await openai.files.delete(file.id)
    expect((await openai.batches.retrieve(done.id)).input_file_id).toBe(file.id)
  })

  it('in part retries that part, in whatever order and however often it is named', async () => {
    const first = await withFailures()
    const lines = await errorFileOf(first)
    provider.refuse(...wordsOf([9]))
    const second = await ended(openai, await submit(openai, [lines[5] ?? '', lines[2] ?? '', lines[5] ?? '']))
    expect(second.request_counts).toEqual({ total: 2, completed: 1, failed: 1 })
    const statuses = (await mergedOf(second.id)).map((line) => line.response?.status_code)
    const failed = everyone.filter((index) => statuses[index] !== 200)
    expect(failed).toEqual(FAILING.filter((index) => index !== 34))
    // And the error file of the retry is one too.
    provider.refuse()
    const third = await ended(openai, await submit(openai, await errorFileOf(second)))
    expect(third.request_counts).toEqual({ total: 1, completed: 1, failed: 0 })
    expect(customIds(await linesOf(openai, third.output_file_id))).toEqual(['r-9'])
    expect((await mergedOf(third.id)).filter((line) => line.response?.status_code !== 200)).toHaveLength(4)
  })

  it('of expired requests retries those', async () => {
    const first = await withFailures()
    const line = JSON.parse((await errorFileOf(first))[0] ?? '')
    const expired = { ...line, response: null, error: { code: 'batch_expired', message: 'm' } }
    provider.refuse()
    const second = await ended(openai, await submit(openai, [JSON.stringify(expired)]))
    expect(second.request_counts).toEqual({ total: 1, completed: 1, failed: 0 })
  })

  const editedId = (line: string, id: string): string => JSON.stringify({ ...JSON.parse(line), id })

  it.each<[string, (lines: string[], batch: Batch) => string[], object]>([
    [
      'with ids that are none',
      (lines) => lines.map((line) => editedId(line, 'batch_req_')),
      { line: 1, code: 'invalid_request', param: 'id' },
    ],
    [
      'of a batch that is not there',
      (lines) => lines.map((line) => editedId(line, 'batch_req_nowhere_0')),
      { line: 1, code: 'invalid_request', param: 'id' },
    ],
    [
      'of two batches',
      (lines) => [lines[0] ?? '', editedId(lines[1] ?? '', 'batch_req_other_1')],
      { line: 2, code: 'invalid_request', param: 'id' },
    ],
    [
      'mixed with requests',
      (lines) => [lines[0] ?? '', chatLine('new', 'x')],
      { line: 2, code: 'invalid_request' },
    ],
    [
      'behind requests',
      (lines) => [chatLine('new', 'x'), lines[0] ?? ''],
      { line: 2, code: 'invalid_request' },
    ],
    [
      'cut off',
      (lines) => [lines[0] ?? '', (lines[1] ?? '').slice(0, 40)],
      { line: 2, code: 'invalid_json_line' },
    ],
  ])('%s fails as a batch', async (_what, edit, error) => {
    const first = await withFailures()
    const batch = await ended(openai, await submit(openai, edit(await errorFileOf(first), first)))
    expect(batch).toMatchObject({
      status: 'failed',
      errors: { data: expect.arrayContaining([expect.objectContaining(error)]) },
    })
  })

  it('that names requests that did not fail, or none that there are, has nothing to retry', async () => {
    const first = await withFailures()
    const [line = ''] = await errorFileOf(first)
    const [id = ''] = /batch_req_[0-9A-Za-z]+/.exec(line) ?? []
    for (const index of [1, 99_999_999]) {
      const file = await upload(openai, [editedId(line, `${id}_${index}`)])
      expect(await refusalOf(createOf(openai, file.id))).toMatchObject({
        status: 400,
        code: 'nothing_to_retry',
      })
    }
  })

  it('of a batch that never ran, or is native, or runs, or is for another endpoint, fails', async () => {
    const refused = await submit(openai, ['bad'])
    const native = await created(server, { model: 'batch-4.1', tasks: [{ prompt: 'p' }] })
    await batchEnded(server, native.batch_id)
    provider.hold()
    const running = await submit(openai, chatLines(1))
    const forged = (id: string): string =>
      JSON.stringify({ id: `batch_req_${id.slice(6)}_0`, custom_id: 'x', response: null, error: null })
    for (const id of [refused.id, native.batch_id, running.id]) {
      const batch = await ended(openai, await submit(openai, [forged(id)]))
      expect(batch).toMatchObject({
        status: 'failed',
        errors: { data: [{ code: 'invalid_request', line: 1 }] },
      })
    }
    provider.open()
    await ended(openai, running)
    const other = await ended(
      openai,
      await submit(openai, [forged(running.id)], { endpoint: '/v1/responses' }),
    )
    expect(other).toMatchObject({ errors: { data: [{ code: 'url_mismatch', line: 1 }] } })
  })

  it('of another account is of a batch that is not there', async () => {
    const lines = await errorFileOf(await withFailures())
    const { secret } = await server.newKey({ account: 'acct_other' })
    const other = openaiOf(server, secret)
    const batch = await ended(other, await submit(other, lines))
    expect(batch).toMatchObject({ status: 'failed', errors: { data: [{ code: 'invalid_request' }] } })
  })
})
