import OpenAI from 'openai'
import type { Batch } from 'openai/resources/batches'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { created } from '../support/batches.ts'
import { changeRows } from '../support/change-rows.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import {
  answerOf,
  CHAT,
  chatLine,
  chatLines,
  createOf,
  ended,
  linesOf,
  openaiOf,
  refusalOf,
  submit,
  upload,
} from '../support/openai.ts'
import {
  COMPLETION_TOKENS,
  type FakeProvider,
  PROMPT_TOKENS,
  startFakeProvider,
} from '../support/provider.ts'
import { until } from '../support/wait.ts'

const KEYS = [
  'id',
  'object',
  'endpoint',
  'model',
  'errors',
  'input_file_id',
  'completion_window',
  'status',
  'output_file_id',
  'error_file_id',
  'created_at',
  'in_progress_at',
  'expires_at',
  'finalizing_at',
  'completed_at',
  'failed_at',
  'expired_at',
  'cancelling_at',
  'cancelled_at',
  'request_counts',
  'usage',
  'metadata',
]
const TIMES = [
  'in_progress_at',
  'finalizing_at',
  'completed_at',
  'failed_at',
  'expired_at',
  'cancelling_at',
  'cancelled_at',
] as const
const NO_USAGE = {
  input_tokens: 0,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 0,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 0,
}

let provider: FakeProvider
let server: TestGateway
let openai: OpenAI

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({
    provider: provider.url,
    adapt: (config) => ({
      ...config,
      execute: { ...config.execute, stopDrainMs: 100, tickMs: 50 },
    }),
  })
  openai = openaiOf(server)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

afterEach(() => provider.open())

/** The times that are set, each not before the one that precedes it. */
const timesOf = (batch: Batch): string[] => {
  expect(Object.keys(batch)).toEqual(expect.arrayContaining(KEYS))
  const set = TIMES.filter((name) => (batch[name] ?? null) !== null)
  const values = set.map((name) => batch[name] ?? 0)
  expect(values.every((value) => Number.isInteger(value) && value >= batch.created_at)).toBe(true)
  return set
}

describe('a batch', () => {
  it('is validated, runs, and is completed, with the documented object at each look', async () => {
    provider.hold()
    const file = await upload(openai, chatLines(3))
    const fresh = await createOf(openai, file.id, { metadata: { night: '7' } })
    expect(fresh).toMatchObject({
      id: expect.stringMatching(/^batch_[0-9A-Za-z]+$/),
      object: 'batch',
      endpoint: CHAT,
      model: 'gpt-4.1',
      errors: null,
      input_file_id: file.id,
      completion_window: '24h',
      status: 'validating',
      output_file_id: null,
      error_file_id: null,
      request_counts: { total: 0, completed: 0, failed: 0 },
      usage: NO_USAGE,
      metadata: { night: '7' },
    })
    expect(timesOf(fresh)).toEqual([])
    expect(fresh.expires_at).toBe(fresh.created_at + 86_400)
    await provider.waiting(3)
    const running = await openai.batches.retrieve(fresh.id)
    expect(running).toMatchObject({
      status: 'in_progress',
      request_counts: { total: 3, completed: 0, failed: 0 },
      output_file_id: null,
      error_file_id: null,
    })
    expect(timesOf(running)).toEqual(['in_progress_at'])
    provider.release(1)
    await until('the first answer', async () => {
      const { request_counts } = await openai.batches.retrieve(fresh.id)
      return request_counts?.completed === 1
    })
    provider.open()
    const done = await ended(openai, fresh)
    expect(done).toMatchObject({
      id: fresh.id,
      created_at: fresh.created_at,
      expires_at: fresh.expires_at,
      status: 'completed',
      errors: null,
      error_file_id: null,
      request_counts: { total: 3, completed: 3, failed: 0 },
      usage: {
        input_tokens: 3 * PROMPT_TOKENS,
        input_tokens_details: { cached_tokens: 30 },
        output_tokens: 3 * COMPLETION_TOKENS,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 3 * (PROMPT_TOKENS + COMPLETION_TOKENS),
      },
      metadata: { night: '7' },
    })
    expect(timesOf(done)).toEqual(['in_progress_at', 'finalizing_at', 'completed_at'])
    const lines = await linesOf(openai, done.output_file_id)
    expect(lines.map(({ custom_id }) => custom_id)).toEqual(['r-0', 'r-1', 'r-2'])
    expect(lines.map(answerOf)).toEqual(['re: "text 0"', 're: "text 1"', 're: "text 2"'])
    for (const line of lines) {
      expect(Object.keys(line)).toEqual(['id', 'custom_id', 'response', 'error'])
      expect(line).toMatchObject({
        id: expect.stringMatching(/^batch_req_/),
        response: { status_code: 200, request_id: expect.any(String), body: { object: 'chat.completion' } },
        error: null,
      })
    }
    const output = await openai.files.retrieve(done.output_file_id ?? '')
    expect(output).toMatchObject({ purpose: 'batch_output', filename: `${done.id}_output.jsonl` })
    expect(output.expires_at).toBe(output.created_at + 30 * 86_400)
    const content = await (await openai.files.content(output.id)).text()
    expect(output.bytes).toBe(Buffer.byteLength(content))
  })

  it('sends each body in its own bytes, but for the name of its model', async () => {
    provider.received.length = 0
    const body =
      '{ "temperature" : 1.0e0, "model"\t:"batch-4.1" ,"messages":[{"role":"user","content":"\\u00e9\\n😀"}],"seed":70e-1}'
    await ended(
      openai,
      await submit(openai, [`{"custom_id":"\\u0061","method":"POST","url":"${CHAT}","body":${body}}`]),
    )
    expect(provider.received).toEqual([
      {
        temperature: 1,
        model: 'gpt-4.1',
        messages: [{ role: 'user', content: 'é\n😀' }],
        seed: 7,
      },
    ])
  })

  it('takes a file with a byte-order mark, blank lines, CRLF and no last line feed', async () => {
    const [one = '', two = ''] = chatLines(2)
    const batch = await ended(openai, await submit(openai, Buffer.from(`\ufeff${one}\r\n\r\n  \n${two}`)))
    expect((await linesOf(openai, batch.output_file_id)).map(answerOf)).toEqual([
      're: "text 0"',
      're: "text 1"',
    ])
  })

  it('has several models in one file', async () => {
    const lines = ['batch-4.1', 'batch-pro', 'deepseek-v3.2', 'batch-4.1'].map((model, index) =>
      chatLine(`m-${index}`, `to ${model}`, { model }),
    )
    const batch = await ended(openai, await submit(openai, lines))
    expect(batch).toMatchObject({
      status: 'completed',
      model: null,
      request_counts: { total: 4, completed: 4 },
    })
    const answers = new Map(
      (await linesOf(openai, batch.output_file_id)).map((line) => [line.custom_id, answerOf(line)]),
    )
    expect(answers).toEqual(
      new Map([
        ['m-0', 're: "to batch-4.1"'],
        ['m-1', 're: "to batch-pro"'],
        ['m-2', 're: "to deepseek-v3.2"'],
        ['m-3', 're: "to batch-4.1"'],
      ]),
    )
  })

  it('of 1,200 lines is in several shards, and in its input order', async () => {
    const batch = await ended(openai, await submit(openai, chatLines(1_200)))
    const lines = await linesOf(openai, batch.output_file_id)
    expect(lines.map(({ custom_id }) => custom_id)).toEqual(chatLines(1_200).map((_, index) => `r-${index}`))
    expect(new Set(lines.map(({ id }) => id)).size).toBe(1_200)
  })
})

describe('a batch that is cancelled', () => {
  it('is cancelling, then cancelled, with what was answered and what was not', async () => {
    provider.hold()
    const batch = await submit(openai, chatLines(3))
    await provider.waiting(3)
    provider.release(1)
    await until(
      'an answer',
      async () => (await openai.batches.retrieve(batch.id)).request_counts?.completed === 1,
    )
    const cancelling = await openai.batches.cancel(batch.id)
    expect(cancelling.status).toBe('cancelling')
    expect(timesOf(cancelling)).toEqual(['in_progress_at', 'cancelling_at'])
    const cancelled = await ended(openai, batch)
    expect(cancelled).toMatchObject({
      status: 'cancelled',
      request_counts: { total: 3, completed: 1, failed: 0 },
    })
    expect(timesOf(cancelled)).toEqual(['in_progress_at', 'cancelling_at', 'cancelled_at'])
    expect(await linesOf(openai, cancelled.output_file_id)).toHaveLength(1)
    expect(await linesOf(openai, cancelled.error_file_id)).toEqual(
      [1, 2].map((index) => ({
        id: expect.stringMatching(/^batch_req_/),
        custom_id: `r-${index}`,
        response: null,
        error: { code: 'batch_cancelled', message: expect.any(String) },
      })),
    )
    expect(await openai.batches.cancel(batch.id)).toEqual(cancelled)
  })

  it('after its end stays as it is', async () => {
    const done = await ended(openai, await submit(openai, chatLines(1)))
    expect(await openai.batches.cancel(done.id)).toEqual(done)
    const failed = await ended(openai, await submit(openai, ['']))
    expect(failed.status).toBe('failed')
    expect(await openai.batches.cancel(failed.id)).toEqual(failed)
  })
})

it('a batch whose window closes is expired, and says so of each request', async () => {
  provider.hold()
  const batch = await submit(openai, chatLines(3))
  await provider.waiting(3)
  provider.release(1)
  await until(
    'an answer',
    async () => (await openai.batches.retrieve(batch.id)).request_counts?.completed === 1,
  )
  for (const table of ['batch', 'shard']) {
    const owner = table === 'batch' ? 'id' : 'batch'
    await changeRows(server.dataDir, `UPDATE ${table} SET window_end = ? WHERE ${owner} = ?`, [
      Date.now(),
      batch.id,
    ])
  }
  const expired = await ended(openai, batch)
  expect(expired).toMatchObject({ status: 'expired', request_counts: { total: 3, completed: 1, failed: 0 } })
  expect(timesOf(expired)).toEqual(['in_progress_at', 'expired_at'])
  expect(await linesOf(openai, expired.output_file_id)).toHaveLength(1)
  expect(
    (await linesOf(openai, expired.error_file_id)).map(({ response, error }) => ({ response, error })),
  ).toEqual(
    [1, 2].map(() => ({
      response: null,
      error: {
        code: 'batch_expired',
        message: 'This request could not be executed before the completion window expired.',
      },
    })),
  )
})

it('output files go when the create said, counted from their own creation', async () => {
  const batch = await submit(openai, chatLines(1), {
    output_expires_after: { anchor: 'created_at', seconds: 3_600 },
  })
  const done = await ended(openai, batch)
  const output = await openai.files.retrieve(done.output_file_id ?? '')
  expect(output.expires_at).toBe(output.created_at + 3_600)
  await changeRows(server.dataDir, 'UPDATE file SET expires_at = ? WHERE id = ?', [Date.now(), output.id])
  expect(await refusalOf(openai.files.content(output.id))).toBeInstanceOf(OpenAI.NotFoundError)
  await until('its bytes to be gone', () => !server.blobs().some((name) => name.includes(done.id)))
})

it('the list of batches is walked page by page, newest first, whatever made them', async () => {
  const { secret } = await server.newKey({ account: 'acct_lister' })
  const lister = openaiOf(server, secret)
  const made: string[] = []
  for (let n = 0; n < 4; n += 1) made.unshift((await submit(lister, chatLines(1))).id)
  made.unshift((await submit(lister, ['bad'])).id)
  const native = await created(
    { url: server.url, key: secret },
    { model: 'batch-4.1', tasks: [{ prompt: 'p' }] },
  )
  made.unshift(native.batch_id)
  for (const limit of [1, 2, 3, 6, 100]) {
    const ids: string[] = []
    for await (const { id, object } of lister.batches.list({ limit })) {
      expect(object).toBe('batch')
      ids.push(id)
    }
    expect(ids).toEqual(made)
  }
  const page = await lister.batches.list({ after: made[2] ?? '', limit: 2 })
  expect(page.data.map(({ id }) => id)).toEqual(made.slice(3, 5))
  expect(page.has_more).toBe(true)
  for (const limit of [0, 101, 1.5]) {
    expect(await refusalOf(Promise.resolve(lister.batches.list({ limit })))).toMatchObject({
      status: 400,
      param: 'limit',
    })
  }
})
