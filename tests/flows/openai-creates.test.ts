import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { chatLines, createOf, ended, openaiOf, refusalOf, submit, upload } from '../support/openai.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'

let provider: FakeProvider
let server: TestGateway
let openai: OpenAI

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({ provider: provider.url })
  openai = openaiOf(server)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

describe('a create that is refused', () => {
  it.each<[string, object, string | null, string | null]>([
    ['without a file', { input_file_id: undefined }, 'input_file_id', 'missing_required_parameter'],
    ['without an endpoint', { endpoint: undefined }, 'endpoint', 'missing_required_parameter'],
    ['without a window', { completion_window: undefined }, 'completion_window', 'missing_required_parameter'],
    ['with another window', { completion_window: '48h' }, 'completion_window', 'invalid_value'],
    ['with another endpoint', { endpoint: '/v1/videos' }, 'endpoint', 'invalid_value'],
    ['with an endpoint of no text', { endpoint: 7 }, 'endpoint', 'invalid_type'],
    ['with a file that is not there', { input_file_id: 'file-nowhere' }, 'input_file_id', null],
    ['with an unknown field', { colour: 'red' }, 'colour', 'unknown_parameter'],
    ['with metadata of no text', { metadata: { a: 1 } }, 'metadata.a', 'invalid_value'],
    ['with metadata in a list', { metadata: [] }, 'metadata', 'invalid_value'],
    [
      'with a long key',
      { metadata: { ['k'.repeat(65)]: 'v' } },
      expect.stringMatching(/^metadata\.k+/),
      'invalid_value',
    ],
    ['with a long value', { metadata: { k: 'v'.repeat(513) } }, 'metadata.k', 'invalid_value'],
    [
      'with 17 pairs',
      { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`k${n}`, 'v'])) },
      'metadata',
      'invalid_value',
    ],
    ['with an output life of a list', { output_expires_after: [] }, 'output_expires_after', 'invalid_type'],
    [
      'with an empty output life',
      { output_expires_after: {} },
      'output_expires_after.anchor',
      'invalid_value',
    ],
    [
      'with too short an output life',
      { output_expires_after: { anchor: 'created_at', seconds: 3_599 } },
      'output_expires_after.seconds',
      'invalid_value',
    ],
  ])('%s says why', async (_what, more, param, code) => {
    const { id } = await upload(openai, chatLines(1))
    const rows = await server.count('batch')
    const error = await refusalOf(createOf(openai, id, more))
    expect(error).toBeInstanceOf(OpenAI.BadRequestError)
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error', param, code })
    expect(await server.count('batch')).toBe(rows)
  })

  it('without a file says it in the very words', async () => {
    const error = await refusalOf(createOf(openai, '', { input_file_id: undefined } as object))
    expect(error.error).toEqual({
      message: "Missing required parameter: 'input_file_id'.",
      type: 'invalid_request_error',
      param: 'input_file_id',
      code: 'missing_required_parameter',
    })
  })

  it('with a file of another purpose says why', async () => {
    const file = await openai.files.create({
      file: new File(chatLines(1), 'in.jsonl'),
      purpose: 'evals',
    })
    expect(await refusalOf(createOf(openai, file.id))).toMatchObject({ status: 400, param: 'input_file_id' })
  })

  it('with an output file as its input says why', async () => {
    const done = await ended(openai, await submit(openai, chatLines(1)))
    expect(await refusalOf(createOf(openai, done.output_file_id ?? ''))).toMatchObject({
      status: 400,
      param: 'input_file_id',
    })
  })
})

describe('metadata', () => {
  it('is kept to its limits: 16 pairs, 64 characters, 512 characters', async () => {
    const metadata = Object.fromEntries(
      Array.from({ length: 16 }, (_, n) => [`${n}`.padStart(64, '키'), '값'.repeat(512)]),
    )
    const batch = await submit(openai, chatLines(1), { metadata })
    expect((await openai.batches.retrieve(batch.id)).metadata).toEqual(metadata)
    expect((await submit(openai, chatLines(1), { metadata: null })).metadata).toBeNull()
  })
})
