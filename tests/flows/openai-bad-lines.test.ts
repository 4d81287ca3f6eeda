import fc from 'fast-check'
import type OpenAI from 'openai'
import type { Batch } from 'openai/resources/batches'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FILE_FAULT_CODES } from '../../gateway/src/intake/file/line-faults.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { chatLine, chatLines, ended, openaiOf, submit } from '../support/openai.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'

/** A file is taken whatever is in it; a batch of one with bad lines fails, with each of them named. */

const LINES_MAX = 20
const LINE_BYTES_MAX = 10_000

let provider: FakeProvider
let server: TestGateway
let openai: OpenAI

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({
    provider: provider.url,
    adapt: (config) => ({
      ...config,
      files: { ...config.files, linesMax: LINES_MAX, lineBytesMax: LINE_BYTES_MAX },
    }),
  })
  openai = openaiOf(server)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const line = (more: object): string => JSON.stringify({ ...JSON.parse(chatLine('x', 'x')), ...more })
const body = (more: object): string =>
  line({ body: { model: 'gpt-4.1', messages: [{ role: 'user' }], ...more } })

const errorsOf = (
  batch: Batch,
): Array<{ code?: string; line?: number | null; param?: string | null; message?: string }> =>
  batch.errors?.data ?? []

/** The errors of the batch that is made of these lines. */
const failedOf = async (content: readonly string[] | Buffer): Promise<Batch> => {
  const { id } = await submit(openai, content)
  const batch = await openai.batches.retrieve(id)
  expect(batch).toMatchObject({
    status: 'failed',
    errors: { object: 'list' },
    failed_at: expect.any(Number),
    in_progress_at: null,
    completed_at: null,
    output_file_id: null,
    error_file_id: null,
    request_counts: { total: 0, completed: 0, failed: 0 },
  })
  for (const error of errorsOf(batch))
    expect(Object.keys(error).toSorted()).toEqual(['code', 'line', 'message', 'param'])
  return batch
}

const seen = new Set<string>()

/** What stands in the second line of three, the others being good. */
const SECOND_LINES: ReadonlyArray<readonly [code: string, param: string | null, line: string]> = [
  ['invalid_json_line', null, 'no json'],
  ['invalid_json_line', null, '{"custom_id":"x"'],
  ['invalid_json_line', null, '7'],
  ['invalid_json_line', null, '[]'],
  ['invalid_json_line', null, 'null'],
  ['invalid_json_line', null, '{"custom_id":"a","custom_id":"b"}'],
  ['invalid_json_line', null, body({ messages: '\\ud800' }).replace('\\\\ud800', '\\ud800')],
  ['invalid_json_line', null, `${'['.repeat(70)}${']'.repeat(70)}`],
  ['missing_required_parameter', 'custom_id', line({ custom_id: undefined })],
  ['missing_required_parameter', 'method', line({ method: undefined })],
  ['missing_required_parameter', 'url', line({ url: undefined })],
  ['missing_required_parameter', 'body', line({ body: undefined })],
  ['missing_required_parameter', 'body.model', body({ model: undefined })],
  ['missing_required_parameter', 'body.messages', body({ messages: undefined })],
  ['invalid_request', 'custom_id', line({ custom_id: 7 })],
  ['invalid_request', 'custom_id', line({ custom_id: '' })],
  ['invalid_request', 'custom_id', line({ custom_id: 'i'.repeat(513) })],
  ['invalid_request', 'body', line({ body: [] })],
  ['invalid_request', 'body.model', body({ model: 7 })],
  ['invalid_request', 'body.messages', body({ messages: [] })],
  ['invalid_request', 'body.stream', body({ stream: true })],
  ['invalid_request', 'colour', line({ colour: 'red' })],
  ['invalid_request', 'id', JSON.stringify({ id: 'x', custom_id: 'x', response: null, error: null })],
  ['invalid_method', 'method', line({ method: 'GET' })],
  ['invalid_url', 'url', line({ url: '/v1/videos' })],
  ['invalid_url', 'url', line({ url: 7 })],
  ['url_mismatch', 'url', line({ url: '/v1/embeddings', body: { model: 'gpt-4.1', input: 'x' } })],
  ['duplicate_custom_id', 'custom_id', line({ custom_id: 'r-0' })],
  ['duplicate_custom_id', 'custom_id', line({}).replace('"x"', '"\\u0072-0"')],
  ['model_not_found', 'body.model', body({ model: 'gpt-9' })],
  [
    'line_too_large',
    null,
    line({ custom_id: 'large', body: { model: 'gpt-4.1', messages: ['x'.repeat(LINE_BYTES_MAX)] } }),
  ],
]

describe('a bad line', () => {
  it.each(SECOND_LINES)('is %s (%s)', async (code, param, bad) => {
    const [first = '', third = ''] = chatLines(2)
    const expectedParam = bad.startsWith('{"id"') ? null : param
    const batch = await failedOf([first, bad, third])
    expect(errorsOf(batch)).toEqual([
      { code, line: 2, param: expectedParam, message: expect.stringMatching(/^\S+ /) },
    ])
    seen.add(code)
  })

  it('that is no JSON is reported in the very words', async () => {
    expect((await failedOf(['{'])).errors).toEqual({
      object: 'list',
      data: [
        {
          code: 'invalid_json_line',
          line: 1,
          message: 'This line is not parseable as valid JSON.',
          param: null,
        },
      ],
    })
  })

  it('that is no UTF-8 is known by its number', async () => {
    const [first = '', second = ''] = chatLines(2)
    const bytes = Buffer.concat([
      Buffer.from(`${first}\n`),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from(second),
    ])
    expect(errorsOf(await failedOf(bytes))).toMatchObject([{ code: 'invalid_json_line', line: 2 }])
  })
})

describe('a file as a whole', () => {
  it('that is empty, or blank, has no requests', async () => {
    for (const content of ['', '\n', ' \r\n\n', '\ufeff\n']) {
      expect(errorsOf(await failedOf(Buffer.from(content)))).toMatchObject([
        { code: 'empty_file', line: null },
      ])
    }
    seen.add('empty_file')
  })

  it('has as many requests as the limit, and not one more', async () => {
    const full = await ended(openai, await submit(openai, chatLines(LINES_MAX)))
    expect(full.status).toBe('completed')
    const [error, ...others] = errorsOf(await failedOf(chatLines(LINES_MAX + 1)))
    expect(others).toEqual([])
    expect(error).toMatchObject({ code: 'too_many_tasks', line: null })
    expect(error?.message).toContain(String(LINES_MAX))
    seen.add('too_many_tasks')
  })

  it('has every bad line reported, in order', async () => {
    const lines = chatLines(12).map((good, index) => (index % 3 === 1 ? `bad ${index}` : good))
    const numbers = errorsOf(await failedOf([...lines, 'bad'])).map((error) => error.line)
    expect(numbers).toEqual([2, 5, 8, 11, 13])
  })

  it('never calls the provider, and costs nothing', async () => {
    provider.received.length = 0
    await failedOf([...chatLines(3), 'bad'])
    expect(provider.received).toEqual([])
  })
})

it('every code but one that takes a thousand models has been seen', () => {
  expect(Object.keys(FILE_FAULT_CODES).filter((code) => !seen.has(code))).toEqual([
    'too_many_models',
    // tests/flows/losses.test.ts has them: they need a provider with another format.
    'lossy',
    'untranslatable',
  ])
})

describe('whatever the bytes of a file are', () => {
  const good = fc.nat(1_000_000).map((n) => ({ bytes: Buffer.from(chatLine(`g-${n}`, 'x')), isBad: false }))
  const bad = fc
    .oneof(
      fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.json({ maxDepth: 3 }).map((text) => Buffer.from(text)),
      fc.constantFrom(...SECOND_LINES.map(([, , text]) => text)).map((text) => Buffer.from(text)),
      fc
        .tuple(fc.nat(200), fc.nat(255))
        .map(([at, byte]) => Buffer.from(chatLine('cut', 'x')).fill(byte, at % 60, (at % 60) + 1)),
    )
    .map((bytes) => ({ bytes: Buffer.from(bytes.filter((byte) => byte !== 0x0a)), isBad: undefined }))

  it('the answer is a batch, and every line that could not be sent is reported with its number', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(good, bad), { maxLength: 15 }), async (lines) => {
        const content = Buffer.concat(lines.flatMap(({ bytes }) => [bytes, Buffer.from('\n')]))
        const { id, status } = await submit(openai, content)
        expect(status).toBe('validating')
        const batch = await ended(openai, { id })
        const blank = lines.map(({ bytes }) =>
          bytes.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09),
        )
        const requests = blank.filter((isBlank) => !isBlank).length
        if (batch.status !== 'failed') {
          expect(batch.request_counts).toEqual({ total: requests, completed: requests, failed: 0 })
          return
        }
        const numbers = errorsOf(batch).map((error) => error.line)
        if (requests === 0) {
          expect(errorsOf(batch)).toMatchObject([{ code: 'empty_file', line: null }])
          return
        }
        expect(numbers).toEqual(numbers.toSorted((left, right) => (left ?? 0) - (right ?? 0)))
        // With the reported lines away, what is left can be sent.
        const rest = lines.filter((_, index) => !numbers.includes(index + 1) && !blank[index])
        if (rest.length === 0) return
        const again = await submit(
          openai,
          Buffer.concat(rest.flatMap(({ bytes }) => [bytes, Buffer.from('\n')])),
        )
        expect((await ended(openai, again)).status).toBe('completed')
      }),
      { numRuns: 40 },
    )
  })
})
