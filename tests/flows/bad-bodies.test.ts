import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchEnded, create, type NativeBatch } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { expectRefusal } from '../support/refusal.ts'

/** Whatever a create holds: a batch, or a clear 4xx in the native form, and nothing half-stored. */

let provider: FakeProvider
let server: TestGateway

const LIMITS = {
  itemsMax: 50,
  bodyBytesMax: 262_144,
  itemBytesMax: 16_384,
  fieldsBytesMax: 8_192,
}

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({
    provider: provider.url,
    adapt: (config) => ({ ...config, intake: { ...config.intake, ...LIMITS } }),
  })
})

afterAll(async () => {
  // Each batch that was made has its input, and nothing else is there; and the server still serves.
  expect(server.blobs().filter((name) => name.startsWith('tmp/'))).toEqual([])
  expect(server.blobs().filter((name) => name.startsWith('inputs/'))).toHaveLength(
    await server.count('batch'),
  )
  expect((await call(`${server.url}/v1/models`, { key: server.key })).status).toBe(200)
  await server.stop()
  await provider.close()
})

const item = { prompt: 'p' }
const good = { model: 'batch-4.1', tasks: [item] }
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`
const json = JSON.stringify

describe('a body that is refused as a whole', () => {
  it.each<[string, unknown, string, string | undefined]>([
    ['nothing', '', 'invalid_json', undefined],
    ['spaces', '   ', 'invalid_json', undefined],
    ['no JSON', 'model=batch-4.1', 'invalid_json', undefined],
    ['half of it', '{"model":"batch-4.1","tasks":[{"prompt":"p"}', 'invalid_json', undefined],
    ['more behind it', `${json(good)}{}`, 'invalid_json', undefined],
    ['a comma too many', '{"model":"batch-4.1","tasks":[{"prompt":"p"},]}', 'invalid_json', undefined],
    ['NaN', '{"model":"batch-4.1","options":{"temperature":NaN},"tasks":[]}', 'invalid_json', undefined],
    ['a byte order mark', `\ufeff${json(good)}`, 'invalid_json', undefined],
    ['a NUL byte', '{"model":"batch-4.1",\u0000"tasks":[]}', 'invalid_json', undefined],
    [
      'a NUL byte in a text',
      '{"model":"batch-4.1","tasks":[{"prompt":"a\u0000b"}]}',
      'invalid_json',
      undefined,
    ],
    ['a list', json([good]), 'invalid_type', undefined],
    ['a number', '17', 'invalid_type', undefined],
    ['null', 'null', 'invalid_type', undefined],
    ['no model', { tasks: [item] }, 'missing_field', 'model'],
    ['a model that is null', { model: null, tasks: [item] }, 'invalid_type', 'model'],
    ['a model that is a number', { model: 4.1, tasks: [item] }, 'invalid_type', 'model'],
    ['a model that is none', { model: '../../etc/passwd', tasks: [item] }, 'unknown_model', 'model'],
    ['a model named as a method', { model: 'constructor', tasks: [item] }, 'unknown_model', 'model'],
    ['no list', { model: 'batch-4.1' }, 'missing_field', 'input'],
    ['both lists', { ...good, input: [{ role: 'user', content: 'x' }] }, 'conflicting_fields', 'input'],
    ['an empty list', { model: 'batch-4.1', tasks: [] }, 'empty_list', 'tasks'],
    ['a list that is an object', { model: 'batch-4.1', tasks: { 0: item } }, 'invalid_type', 'tasks'],
    ['a list that is a text', { model: 'batch-4.1', input: 'hello' }, 'invalid_type', 'input'],
    ['an unknown field', { ...good, prioritty: 1 }, 'unknown_field', 'prioritty'],
    ['an option beside the options', { ...good, temperature: 1 }, 'unknown_field', 'temperature'],
    [
      '__proto__',
      '{"model":"batch-4.1","tasks":[{"prompt":"p"}],"__proto__":{}}',
      'unknown_field',
      '__proto__',
    ],
    ['options that are a list', { ...good, options: [] }, 'invalid_type', 'options'],
    ['an unknown option', { ...good, options: { temprature: 1 } }, 'unknown_field', 'options.temprature'],
    [
      'an option out of range',
      { ...good, options: { temperature: 9 } },
      'invalid_value',
      'options.temperature',
    ],
    [
      'an option of a wrong type',
      { ...good, options: { max_tokens: '5' } },
      'invalid_value',
      'options.max_tokens',
    ],
    [
      'a number that no double can hold',
      '{"model":"batch-4.1","tasks":[{"prompt":"p"}],"options":{"seed":1e999}}',
      'invalid_value',
      'options.seed',
    ],
    ['streaming', { ...good, options: { stream: true } }, 'unsupported_option', 'options.stream'],
    ['a task that is a number', { ...good, task: 1 }, 'invalid_type', 'task'],
    ['a task named as a method', { ...good, task: 'toString' }, 'unknown_task', 'task'],
    ['a system that is a list', { ...good, system: [] }, 'invalid_type', 'system'],
    ['metadata that is a text', { ...good, metadata: 'x' }, 'invalid_type', 'metadata'],
    ['metadata of numbers', { ...good, metadata: { a: 1 } }, 'invalid_value', 'metadata.a'],
    ['a window without unit', { ...good, completion_window: '24' }, 'invalid_value', 'completion_window'],
    ['a window that is too long', { ...good, window_seconds: 86_401 }, 'invalid_value', 'window_seconds'],
    ['a window that is negative', { ...good, window_seconds: -1 }, 'invalid_value', 'window_seconds'],
    ['a key twice', '{"model":"a","model":"batch-4.1","tasks":[{"prompt":"p"}]}', 'duplicate_key', 'model'],
    [
      'a key twice within options',
      '{"model":"batch-4.1","options":{"seed":1,"seed":2},"tasks":[{"prompt":"p"}]}',
      'duplicate_key',
      'options.seed',
    ],
    [
      'two lists of one name',
      '{"model":"batch-4.1","tasks":[{"prompt":"p"}],"tasks":[{"prompt":"q"}]}',
      'duplicate_key',
      'tasks',
    ],
    [
      'too deep a field',
      `{"model":"batch-4.1","tasks":[{"prompt":"p"}],"metadata":${nested(100)}}`,
      'too_deep',
      'metadata',
    ],
    [
      'half of a pair of surrogates',
      '{"model":"batch-4.1","tasks":[{"prompt":"p"}],"system":"\\ud800"}',
      'lone_surrogate',
      'system',
    ],
    ['a field that is too large', { ...good, system: 'x'.repeat(9_000) }, 'too_large', 'system'],
    ['more than the limit', { ...good, system: 'x'.repeat(300_000) }, 'too_large', undefined],
  ])('%s', async (_name, body, code, field) => {
    const refusal = expectRefusal(await create(server, body))
    expect(refusal.error).toBe(code)
    expect(refusal.field).toBe(field)
    if (code === 'invalid_json') expect(refusal.offset).toEqual(expect.any(Number))
  })

  it('for bytes that are no UTF-8, in a field', async () => {
    const [head, tail] = '{"model":"batch-4.1","tasks":[{"prompt":"p"}],"system":"|"}'.split('|')
    const body = Buffer.concat([Buffer.from(head ?? ''), Buffer.from([0xc3, 0x28]), Buffer.from(tail ?? '')])
    const refusal = expectRefusal(await create(server, body))
    expect(refusal).toMatchObject({ error: 'invalid_utf8', field: 'system' })
  })
})

describe('bad items', () => {
  it.each<[string, string, unknown, string, string]>([
    ['tasks', 'a text', 'p', 'invalid_type', ''],
    ['tasks', 'null', null, 'invalid_type', ''],
    ['tasks', 'no prompt', {}, 'missing_field', 'prompt'],
    ['tasks', 'a prompt that is a number', { prompt: 1 }, 'invalid_type', 'prompt'],
    ['tasks', 'a prompt without parts', { prompt: [] }, 'invalid_value', 'prompt'],
    ['tasks', 'an unknown field', { prompt: 'p', url: 'x' }, 'unknown_field', 'url'],
    ['tasks', 'an id that is a number', { prompt: 'p', custom_id: 1 }, 'invalid_type', 'custom_id'],
    ['tasks', 'an empty id', { prompt: 'p', custom_id: '' }, 'invalid_value', 'custom_id'],
    ['tasks', 'an id with a NUL', { prompt: 'p', custom_id: 'a\u0000' }, 'invalid_value', 'custom_id'],
    ['tasks', 'too long an id', { prompt: 'p', custom_id: 'x'.repeat(513) }, 'invalid_value', 'custom_id'],
    ['tasks', 'two ids', { prompt: 'p', custom_id: 'a', id: 'b' }, 'conflicting_fields', 'id'],
    ['tasks', 'a bad option', { prompt: 'p', options: { top_p: 2 } }, 'invalid_value', 'options.top_p'],
    ['tasks', 'an own model', { prompt: 'p', model: 'x' }, 'unknown_field', 'model'],
    ['tasks', 'too large', { prompt: 'x'.repeat(17_000) }, 'too_large', ''],
    ['input', 'no role', { content: 'x' }, 'missing_field', 'role'],
    ['input', 'another role', { role: 'assistant', content: 'x' }, 'invalid_value', 'role'],
    ['input', 'no content', { role: 'user' }, 'missing_field', 'content'],
    ['input', 'content that is true', { role: 'user', content: true }, 'invalid_type', 'content'],
    [
      'input',
      'an object without content',
      { role: 'user', content: { id: 'a' } },
      'missing_field',
      'content.content',
    ],
    [
      'input',
      'a part of an unknown kind',
      { role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'video' }] },
      'invalid_value',
      'content[1].type',
    ],
  ])('%s: %s', async (list, _name, bad, code, field) => {
    const fine = list === 'tasks' ? item : { role: 'user', content: 'x' }
    const answer = await create(server, { model: 'batch-4.1', [list]: [fine, bad, fine] })
    const refusal = expectRefusal(answer)
    expect(refusal).toMatchObject({ error: 'invalid_items', field: list, faults_total: 1 })
    expect(refusal.faults).toEqual([{ index: 1, code, field, message: expect.any(String) }])
  })

  it.each<[string, string, string]>([
    ['a key twice', '{"prompt":"p","prompt":"q"}', 'duplicate_key'],
    ['too deep', `{"prompt":${nested(100)}}`, 'too_deep'],
    ['half of a pair of surrogates', '{"prompt":"\\udc00"}', 'lone_surrogate'],
  ])('as text: %s', async (_name, bad, code) => {
    const refusal = expectRefusal(await create(server, `{"model":"batch-4.1","tasks":[${bad}]}`))
    expect(refusal).toMatchObject({ error: 'invalid_items', faults: [{ index: 0, code }] })
  })

  it('are all reported, each with its index, and duplicates name the first', async () => {
    const tasks = Array.from({ length: 50 }, (_, index) =>
      index % 2 === 0 ? { prompt: index } : { custom_id: 'same', prompt: 'p' },
    )
    const refusal = expectRefusal(await create(server, { model: 'batch-4.1', tasks }))
    expect(refusal.faults_total).toBe(49)
    const faults = refusal.faults as Array<{ index: number; code: string; message: string }>
    expect(faults.map((fault) => fault.index)).toEqual([0, 2, ...Array.from({ length: 47 }, (_, n) => n + 3)])
    expect(faults.at(-1)).toMatchObject({ code: 'duplicate_custom_id', field: 'custom_id' })
    expect(faults.at(-1)?.message).toContain('request 1 ')
  })

  it('beyond the first thousand are counted', async () => {
    const large = await openGateway({
      provider: provider.url,
      adapt: (config) => ({ ...config, intake: { ...config.intake, itemsMax: 5_000 } }),
    })
    const tasks = Array.from({ length: 2_600 }, (_, index) => (index < 100 ? item : {}))
    const refusal = expectRefusal(await create(large, { model: 'batch-4.1', tasks }))
    expect(refusal).toMatchObject({ error: 'invalid_items', faults_total: 2_500 })
    const faults = refusal.faults as Array<{ index: number }>
    expect(faults.map((fault) => fault.index)).toEqual(Array.from({ length: 1_000 }, (_, n) => n + 100))
    await large.stop()
  })

  it('beside a bad field are reported with it', async () => {
    const refusal = expectRefusal(await create(server, { model: 'none', tasks: [{}, item] }))
    expect(refusal).toMatchObject({ error: 'unknown_model', field: 'model', faults_total: 1 })
  })
})

/** Every create of a property is one of these two. */
const takenOrRefused = async (body: string | Uint8Array): Promise<void> => {
  const before = await server.count('batch')
  const answer = await create(server, body)
  if (answer.status === 200) {
    expect(await server.count('batch')).toBe(before + 1)
    // What was taken can be answered: its stored bytes are a request that the provider can read.
    const batch = await batchEnded(server, (answer.json as NativeBatch).batch_id)
    expect(batch.status).toBe('completed')
  } else {
    const refusal = expectRefusal(answer)
    expect(refusal).toSatisfy(
      ({ field, offset, faults_total, max_bytes, max_allowed, error }: Record<string, unknown>) =>
        [field, offset, faults_total, max_bytes, max_allowed].some((place) => place !== undefined) ||
        error === 'invalid_type' ||
        error === 'unsupported_body',
    )
    expect(await server.count('batch')).toBe(before)
  }
}

const RUNS = process.env.SHEEPFOLD_TEST_LONG === '1' ? 20_000 : 250

const text = fc.string({ unit: 'binary', maxLength: 20 })
const anyJson = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' })
const oneIn = (often: fc.Arbitrary<unknown>, seldom: fc.Arbitrary<unknown> = anyJson) =>
  fc.oneof({ arbitrary: often, weight: 5 }, { arbitrary: seldom, weight: 1 })
const options = fc.record(
  {
    temperature: oneIn(fc.double({ min: -1, max: 3, noNaN: true })),
    max_tokens: oneIn(fc.integer({ min: -1, max: 50 })),
    stop: oneIn(fc.array(text, { maxLength: 5 })),
    seed: oneIn(fc.maxSafeInteger()),
    user: oneIn(text),
    logit_bias: oneIn(fc.dictionary(text, fc.integer({ min: -110, max: 110 }))),
  },
  { requiredKeys: [] },
)
const id = fc.record({ custom_id: oneIn(text), id: oneIn(text) }, { requiredKeys: [] })
const task = fc
  .tuple(
    id,
    fc.record(
      { prompt: oneIn(text), options: oneIn(options), system: oneIn(text) },
      { requiredKeys: ['prompt'] },
    ),
  )
  .map(([ids, rest]) => ({ ...ids, ...rest }))
const message = fc
  .tuple(id, fc.record({ role: fc.constant('user'), content: oneIn(text, fc.oneof(anyJson, id)) }))
  .map(([ids, rest]) => ({ ...ids, ...rest }))
const body = fc.record(
  {
    model: oneIn(fc.constant('batch-4.1')),
    tasks: oneIn(fc.array(oneIn(task), { maxLength: 4 })),
    input: fc.option(oneIn(fc.array(oneIn(message), { maxLength: 4 })), { nil: undefined, freq: 2 }),
    options: oneIn(options),
    task: oneIn(fc.constantFrom('extraction', 'classification', null)),
    system: oneIn(text),
    metadata: oneIn(fc.dictionary(text, text, { maxKeys: 3 })),
    window_seconds: oneIn(fc.integer({ min: 0, max: 90_000 })),
  },
  { requiredKeys: ['model'] },
)

describe('any body at all', () => {
  it('of the right shape with wrong things in it', { timeout: 600_000 }, () =>
    fc.assert(
      fc.asyncProperty(body, (value) => takenOrRefused(json(value))),
      { numRuns: RUNS },
    ),
  )

  it('that is some JSON', { timeout: 600_000 }, () =>
    fc.assert(
      fc.asyncProperty(anyJson, (value) => takenOrRefused(json(value))),
      { numRuns: RUNS },
    ),
  )

  it('that is bytes', { timeout: 600_000 }, () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (bytes) => takenOrRefused(bytes)),
      { numRuns: RUNS },
    ),
  )

  it('that was a good one before bytes of it were lost, doubled or turned', { timeout: 600_000 }, () => {
    const whole = Buffer.from(
      json({
        ...good,
        tasks: [
          { custom_id: 'é1', prompt: 'eins "zwei" \\ drei' },
          { id: 'b', prompt: [{ type: 'text', text: '한국' }], options: { seed: 1 } },
        ],
        options: { temperature: 0.5, stop: ['a', 'b'] },
        system: 'Kurz.',
      }),
    )
    const change = fc.record({
      at: fc.nat({ max: whole.length - 1 }),
      length: fc.nat({ max: 12 }),
      how: fc.constantFrom('lose', 'double', 'turn', 'cut'),
      byte: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(...Buffer.from('"{}[],:\\u0e-'))),
    })
    const changed = (
      bytes: Buffer,
      { at, length, how, byte }: { at: number; length: number; how: string; byte: number },
    ) => {
      const [before, behind] = [bytes.subarray(0, at), bytes.subarray(at + length)]
      if (how === 'lose') return Buffer.concat([before, behind])
      if (how === 'cut') return before
      if (how === 'double')
        return Buffer.concat([before, bytes.subarray(at, at + length), bytes.subarray(at)])
      return Buffer.concat([before, Buffer.from([byte]), bytes.subarray(at + 1)])
    }
    return fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) =>
        takenOrRefused(changes.reduce(changed, whole)),
      ),
      { numRuns: 2 * RUNS },
    )
  })
})
