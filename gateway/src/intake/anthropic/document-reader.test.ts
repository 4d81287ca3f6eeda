import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeIndex } from '../../batch/index-codec.ts'
import { DEFAULT_INTAKE_LIMITS, DEFAULT_MESSAGE_BATCH_LIMITS } from '../limits.ts'
import type { TranslatedWay } from '../request-losses.ts'
import type { ShardDraft } from '../shard-draft.ts'
import type { DocumentContents } from './document-contents.ts'
import { DocumentReader } from './document-reader.ts'
import { bodyOfParams, refusalOf } from './params.ts'

const LIMITS = {
  ...DEFAULT_INTAKE_LIMITS,
  ...DEFAULT_MESSAGE_BATCH_LIMITS,
  requestsMax: 20,
  requestBytesMax: 400,
  shardRequestsMax: 4,
}

interface Read {
  readonly contents: DocumentContents
  readonly shards: readonly ShardDraft[]
}

const read = async (
  whole: Buffer,
  cuts: readonly number[] = [],
  version = '2023-06-01',
  ways: readonly TranslatedWay[] = [],
): Promise<Read> => {
  const translation = { ways, headers: { 'anthropic-version': version } }
  const reader = new DocumentReader(LIMITS, { next: () => 0.3 }, translation)
  const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)).toSorted((a, b) => a - b), whole.length]
  const shards: ShardDraft[] = []
  for (const [at, end] of places.slice(1).entries()) {
    // Chunks are buffers of their own.
    reader.push(Buffer.from(whole.subarray(places[at], end)))
    shards.push(...reader.takeShards())
  }
  const contents = await reader.end(async (start, length) => whole.subarray(start, start + length))
  return { contents, shards: [...shards, ...reader.takeShards()] }
}

const params = (more: object = {}): Record<string, unknown> => ({
  model: 'm',
  max_tokens: 16,
  messages: [{ role: 'user', content: '가나 é' }],
  ...more,
})
const request = (id: unknown, more: object = {}) => ({ custom_id: id, params: params(more) })
const documentOf = (requests: readonly unknown[], more: object = {}): Buffer =>
  Buffer.from(JSON.stringify({ requests, ...more }))

const faultsOf = async (...requests: unknown[]): Promise<ReadonlyArray<readonly [number, string, string]>> =>
  (await read(documentOf(requests))).contents.faults.map(({ index, code, field }) => [index, code, field])

/** What would be sent of each request, in the order of the shards, for a provider that calls its model `theirs`. */
const sentOf = (whole: Buffer, shards: readonly ShardDraft[]) =>
  shards.flatMap(({ index }) => {
    const table = decodeIndex(index)
    const compose = bodyOfParams()
    return Array.from({ length: table.count }, (_, position) => {
      const start = table.bodyStart(position)
      const bytes = whole.subarray(start, start + table.bodyLength(position))
      const idStart = table.idStart(position)
      return {
        index: table.batchIndex(position),
        id: JSON.parse(whole.toString('utf8', idStart, idStart + table.idLength(position))),
        body: compose(bytes, table.variant(position), 'theirs').toString(),
        refusal: refusalOf(table.variant(position)),
      }
    })
  })

describe('a document of requests that is read', () => {
  const good = fc.nat(30).map((n) => request(`r-${n}`))
  const models = fc.constantFrom('m', 'n', 'a "quoted" ñame').map((model) => request('model', { model }))
  const bad = fc.constantFrom<unknown>(
    1,
    {},
    { custom_id: 'x' },
    request('not good'),
    request('long', { system: 'x'.repeat(400) }),
    { ...request('more'), more: true },
  )

  it('has the same contents and shards wherever its chunks end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(good, models, bad), { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        fc.boolean(),
        async (requests, cuts, isSpaced) => {
          const whole = Buffer.from(JSON.stringify({ requests, webhook: null }, null, isSpaced ? 1 : 0))
          const everywhere = Array.from({ length: whole.length }, (_, at) => at)
          const byteByByte = await read(whole, everywhere)
          for (const other of [await read(whole), await read(whole, cuts)]) {
            expect(other.contents).toEqual(byteByByte.contents)
            // Some are given away before a later request is found to be bad: then they are forgotten.
            if (other.contents.faultsTotal === 0) expect(other.shards).toEqual(byteByByte.shards)
          }
        },
      ),
    )
  })

  it('sends every request once, in its own bytes but for the name of the model', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.stringMatching(/^[a-zA-Z0-9_-]{1,64}$/), { minLength: 1, maxLength: 20 }),
        fc.array(
          fc.record({ temperature: fc.double({ min: 0, max: 1 }), system: fc.string({ maxLength: 20 }) }),
        ),
        fc.constantFrom('m', 'a "quoted" ñame', 'tab\\t'),
        async (ids, options, model) => {
          const requests = ids.map((id, at) => request(id, { ...options[at], model }))
          const whole = documentOf(requests)
          const { contents, shards } = await read(whole)
          expect(contents.faults).toEqual([])
          expect(contents.requests).toBe(ids.length)
          const sent = sentOf(whole, shards).toSorted((left, right) => left.index - right.index)
          expect(sent.map(({ id }) => id)).toEqual(ids)
          expect(sent.map(({ body }) => body)).toEqual(
            requests.map(({ params }) => JSON.stringify({ ...params, model: 'theirs' })),
          )
        },
      ),
    )
  })

  it('finds an id that is there twice, however it is spelt, and no other', async () => {
    expect(await faultsOf(request('a'), request('b'), request('a'))).toEqual([
      [2, 'duplicate_custom_id', 'custom_id'],
    ])
    const whole = Buffer.from(
      documentOf([request('a'), request('b')])
        .toString()
        .replace('"b"', '"\\u0061"'),
    )
    expect((await read(whole)).contents.faults).toMatchObject([{ index: 1, code: 'duplicate_custom_id' }])
  })

  it('names the field of each request that makes no batch', async () => {
    expect(
      await faultsOf(
        7,
        { params: params() },
        request(''),
        request('x'.repeat(65)),
        request('a b'),
        request(5),
        { custom_id: 'no-params' },
        { custom_id: 'p', params: [] },
        request('m1', { model: undefined }),
        request('m2', { model: 4 }),
        request('m3', { model: '' }),
        { ...request('u'), method: 'POST' },
        request('large', { system: 'x'.repeat(400) }),
      ),
    ).toEqual([
      [0, 'invalid_type', ''],
      [1, 'missing_field', 'custom_id'],
      [2, 'invalid_value', 'custom_id'],
      [3, 'invalid_value', 'custom_id'],
      [4, 'invalid_value', 'custom_id'],
      [5, 'invalid_type', 'custom_id'],
      [6, 'missing_field', 'params'],
      [7, 'invalid_type', 'params'],
      [8, 'missing_field', 'params.model'],
      [9, 'invalid_type', 'params.model'],
      [10, 'invalid_value', 'params.model'],
      [11, 'unknown_field', 'method'],
      [12, 'too_large', ''],
    ])
  })

  it('refuses what two readers could take for two things', async () => {
    const [start, end] = ['{"requests":[{"custom_id":"a","params":{"model":"m",', '}}]}']
    const faultOf = async (inside: string | Buffer) => {
      const whole = Buffer.concat([Buffer.from(start), Buffer.from(inside), Buffer.from(end)])
      const { contents } = await read(whole)
      return contents.faults[0]?.code ?? contents.fault?.code
    }
    expect(await faultOf('"model":"n"')).toBe('duplicate_key')
    expect(await faultOf(Buffer.from([0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22]))).toBe('invalid_utf8')
    expect(await faultOf('"a":"\\ud800"')).toBe('lone_surrogate')
    expect(await faultOf('"a":01')).toBe('invalid_json')
    expect(await faultOf('"a":1')).toBeUndefined()
  })

  it('keeps what is beside the requests, before or behind them', async () => {
    const before = Buffer.from(JSON.stringify({ webhook: { url: 'x' }, requests: [request('a')], more: 1 }))
    const { contents } = await read(before)
    expect(contents.keys).toEqual(['webhook', 'requests', 'more'])
    expect([...contents.fields]).toEqual([
      ['webhook', { url: 'x' }],
      ['more', 1],
    ])
  })

  it('takes requests that no batch can honour, and says of each why', async () => {
    const whole = documentOf([
      request('fine'),
      request('mute', { messages: undefined }),
      request('empty', { messages: [] }),
      request('warm', { max_tokens: 0 }),
      request('endless', { max_tokens: undefined }),
      request('streamed', { stream: true }),
      request('fast', { speed: 'fast' }),
      request('plain', { stream: false, speed: 'standard' }),
    ])
    const { contents, shards } = await read(whole)
    expect(contents.faultsTotal).toBe(0)
    const refusals = sentOf(whole, shards).map(({ id, refusal }) => [id, refusal?.split(':')[0]])
    expect(refusals).toEqual([
      ['fine', undefined],
      ['mute', 'messages'],
      ['empty', 'messages'],
      ['warm', 'max_tokens'],
      ['endless', 'max_tokens'],
      ['streamed', 'stream'],
      ['fast', 'speed'],
      ['plain', undefined],
    ])
  })

  it('takes requests with what the version of the caller does not take, and says so', async () => {
    const block = { type: 'text', text: 'x', citations: [{ type: 'char_location' }] }
    const document = { type: 'document', source: { type: 'text', data: 'x' } }
    const whole = documentOf([
      request('fine', { messages: [{ role: 'user', content: [document, { ...block, citations: [] }] }] }),
      request('warm', { temperature: 1 }),
      request('nucleus', { top_p: 1 }),
      request('top', { top_k: 1 }),
      request('said', { messages: [{ role: 'assistant', content: [document] }] }),
      request('cited', { messages: [{ role: 'user', content: [block] }] }),
    ])
    const refusalsFor = async (version: string) => {
      const { contents, shards } = await read(whole, [], version)
      expect(contents.faultsTotal).toBe(0)
      return sentOf(whole, shards).map(({ refusal }) => refusal?.split(' ').slice(0, 3).join(' '))
    }
    expect(await refusalsFor('2023-06-01')).toEqual(Array.from({ length: 6 }))
    expect(await refusalsFor('2026-10-21')).toEqual([
      undefined,
      'temperature: is not',
      'top_p: is not',
      'top_k: is not',
      'messages: a block',
      'messages: citations must',
    ])
  })

  it('counts the requests beyond the limit, and reads none of them', async () => {
    const many = Array.from({ length: LIMITS.requestsMax + 3 }, (_, at) => request(`r-${at}`))
    expect((await read(documentOf(many))).contents.requests).toBe(LIMITS.requestsMax + 3)
  })

  it('finds what would be lost of those that are translated, but for one that fails whatever is made of it', async () => {
    const target = { provider: 'openai', model: 'gpt-4.1', outputTokensDefault: 16 } as const
    const way = { model: 'm', endpoint: '/v1/messages', targets: [target] }
    const whole = documentOf([
      request('a', { container: 'c' }),
      request('b', { container: 'c', model: 'n' }),
      request('c', { container: 'c', stream: true }),
      request('d', { container: 'c' }),
    ])
    const { losses } = (await read(whole, [], '2023-06-01', [way])).contents
    expect(losses.report).toMatchObject([
      { field: 'container', action: 'dropped', requests: 2, example: 'a' },
    ])
    expect(losses.lossy).toMatchObject({ total: 2, shown: [{ at: 0 }, { at: 3 }] })
    expect((await read(whole)).contents.losses).toMatchObject({ report: [], lossy: { total: 0 } })
  })

  it('adds up what each model is asked for', async () => {
    const { contents } = await read(
      documentOf([request('a'), request('b', { model: 'n' }), request('c', { max_tokens: 5 })]),
    )
    expect(contents.targets).toMatchObject([
      { model: 'm', endpoint: '/v1/messages', requests: 2, outputTokens: 21, firstLines: [0, 2] },
      { model: 'n', endpoint: '/v1/messages', requests: 1, outputTokens: 16, firstLines: [1] },
    ])
  })
})
