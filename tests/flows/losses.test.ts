import type OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startCommand } from '../../cli/src/testing/run-command.ts'
import { createRunFolder, type RunFolder } from '../../cli/src/testing/run-folder.ts'
import { anthropicOf } from '../support/anthropic.ts'
import { batchEnded, create } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { atGemini, type GeminiProvider, startGeminiProvider } from '../support/gemini-provider.ts'
import { call } from '../support/http.ts'
import {
  CHAT,
  chatLine,
  createOf,
  ended,
  linesOf,
  openaiOf,
  refusalOf,
  submit,
  upload,
} from '../support/openai.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'

/** Fields that a provider's format has no word for: refused, or reported, and never lost in silence. */

const MODEL = 'gpt-4.1'
const HERE = 'gpt-4.1-mini'

let own: FakeProvider
let gemini: GeminiProvider
let server: TestGateway
let openai: OpenAI

beforeAll(async () => {
  own = await startFakeProvider()
  gemini = await startGeminiProvider()
  server = await openGateway({ provider: own.url, adapt: atGemini(MODEL, gemini) })
  openai = openaiOf(server)
})

afterAll(async () => {
  await server.stop()
  await Promise.all([own.close(), gemini.close()])
})

const LOSS = {
  model: MODEL,
  endpoint: CHAT,
  action: 'dropped',
  from: 'me',
  to: null,
}

describe('a native batch', () => {
  const tasks = [{ prompt: 'one' }, { custom_id: 'two', prompt: 'two', options: { user: 'me' } }]
  const native = (more: object, headers = {}) => create(server, { model: MODEL, tasks, ...more }, headers)

  it('is refused with the request and the field, and nothing of it is sent', async () => {
    const { status, json } = await native({})
    expect([status, json]).toMatchObject([
      400,
      {
        error: 'invalid_items',
        faults_total: 1,
        faults: [
          { index: 1, code: 'lossy', field: 'options.user', message: expect.stringContaining('(me)') },
        ],
      },
    ])
  })

  it.each([
    ['its body', { lossy: 'warn' }, {}],
    ['a header', {}, { 'Sheepfold-Lossy': 'warn' }],
    ['its body, whatever the header says', { lossy: 'warn' }, { 'Sheepfold-Lossy': 'refuse' }],
  ])('runs with its report where %s allows it', async (_what, body, headers) => {
    const { json } = await native(body, headers)
    const losses = [{ ...LOSS, field: 'options.user', requests: 1, example: 'two' }]
    expect(json).toMatchObject({ status: 'in_progress', losses })
    const { batch_id: id } = json as { batch_id: string }
    expect(await batchEnded(server, id)).toMatchObject({ status: 'completed', losses })
    const listed = await call(`${server.url}/v1/batches`, { key: server.key })
    expect((listed.json as { data: unknown[] }).data[0]).toMatchObject({ id, losses })
    const { secret } = await server.newOperatorKey()
    const seen = await call(`${server.url}/v1/admin/batches/${id}`, { key: secret })
    const counts = { model: MODEL, endpoint: CHAT, field: 'options.user', action: 'dropped', requests: 1 }
    expect(seen.json).toMatchObject({ id, losses: [counts] })
    expect(seen.text).not.toContain('"me"')
  })

  it('is refused where a request cannot be asked at all, whatever its caller allows', async () => {
    const pieces = [{ type: 'file', file: { file_id: 'file-1' } }]
    const { status, json } = await create(server, {
      model: MODEL,
      tasks: [{ prompt: pieces }],
      lossy: 'warn',
    })
    expect([status, json]).toMatchObject([400, { faults: [{ index: 0, code: 'untranslatable' }] }])
  })

  it('of a model whose provider speaks its format has nothing to report', async () => {
    const { json } = await create(server, { model: HERE, tasks })
    expect(json).toMatchObject({ status: 'in_progress', losses: [] })
  })

  it('is told what "lossy" can be', async () => {
    expect((await native({ lossy: 'maybe' })).json).toMatchObject({ error: 'invalid_value', field: 'lossy' })
    expect((await native({}, { 'Sheepfold-Lossy': 'maybe' })).json).toMatchObject({
      error: 'invalid_header',
      field: 'Sheepfold-Lossy',
    })
  })
})

describe("a batch of OpenAI's client", () => {
  const lines = [
    chatLine('a', 'one'),
    chatLine('b', 'two', { user: 'me' }),
    chatLine('c', 'three', { model: HERE, user: 'me' }),
    chatLine('d', 'four', { user: 'you' }),
  ]
  const LOSSES = [{ ...LOSS, field: 'user', requests: 2, example: 'b' }]
  const warned = { lossy: 'warn' } as object

  it('has failed from the start, with each line that would lose something', async () => {
    const batch = await ended(openai, await submit(openai, lines))
    expect(batch.status).toBe('failed')
    expect(batch.errors?.data).toMatchObject([
      { line: 2, code: 'lossy', param: 'body.user' },
      { line: 4, code: 'lossy', param: 'body.user' },
    ])
  })

  it('runs with its report where the body allows it', async () => {
    const made = await submit(openai, lines, warned)
    expect(made).toMatchObject({ status: 'validating', losses: LOSSES })
    const batch = await ended(openai, made)
    expect(batch).toMatchObject({ status: 'completed', losses: LOSSES })
    expect(await linesOf(openai, batch.output_file_id)).toHaveLength(4)
  })

  it('runs with its report where the header allows it', async () => {
    const { id } = await upload(openai, lines)
    const batch = await openai.batches.create(
      { input_file_id: id, endpoint: CHAT, completion_window: '24h' },
      { headers: { 'Sheepfold-Lossy': 'warn' } },
    )
    expect(batch).toMatchObject({ losses: LOSSES })
  })

  it('has failed for lines that cannot be asked, whatever the body allows', async () => {
    const line = chatLine('a', 'one', { stop: ['a', 'b', 'c', 'd', 'e', 'f'] })
    const batch = await ended(openai, await submit(openai, [line], warned))
    expect(batch.errors?.data).toMatchObject([{ line: 1, code: 'untranslatable', param: 'body.stop' }])
  })

  it('has failed for an endpoint that no deployment of the model has', async () => {
    const line = JSON.stringify({
      custom_id: 'a',
      method: 'POST',
      url: '/v1/responses',
      body: { model: MODEL, input: 'x' },
    })
    const made = await submit(openai, [line], { endpoint: '/v1/responses', ...warned })
    const { errors } = await ended(openai, made)
    expect(errors?.data).toMatchObject([{ line: 1, code: 'untranslatable', param: 'body.model' }])
  })

  it('refuses another word than "refuse" and "warn"', async () => {
    const error = await refusalOf(submit(openai, lines, { lossy: 'maybe' } as object))
    expect([error.status, error.param]).toEqual([400, 'lossy'])
  })
})

describe("a batch of Anthropic's client", () => {
  const request = (customId: string, more = {}) => ({
    custom_id: customId,
    params: {
      model: HERE,
      max_tokens: 10,
      messages: [{ role: 'user' as const, content: 'x' }],
      ...more,
    },
  })
  const requests = [request('a'), request('b', { container: 'c' })]

  it('is refused with the request and the field', async () => {
    const error = await anthropicOf(server)
      .messages.batches.create({ requests })
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      status: 400,
      message: expect.stringContaining('requests.1.params.container'),
    })
  })

  it('runs with its report where it is allowed', async () => {
    const { batches } = anthropicOf(server).messages
    const losses = [
      {
        model: HERE,
        endpoint: '/v1/messages',
        field: 'container',
        action: 'dropped',
        requests: 1,
        example: 'b',
      },
    ]
    expect(await batches.create({ requests, lossy: 'warn' } as { requests: typeof requests })).toMatchObject({
      losses,
    })
    const headers = { 'Sheepfold-Lossy': 'warn' }
    const { id } = await batches.create({ requests }, { headers })
    expect(await batches.retrieve(id)).toMatchObject({ losses })
    expect(await batches.create({ requests: requests.slice(0, 1) })).not.toHaveProperty('losses')
  })

  it('has failed for a word that "lossy" cannot be', async () => {
    const body = { requests, lossy: 'maybe' }
    const headers = { 'anthropic-version': '2023-06-01' }
    const { status, text } = await call(`${server.url}/v1/messages/batches`, {
      key: server.key,
      body,
      headers,
    })
    expect([status, text]).toEqual([400, expect.stringContaining('lossy')])
  })
})

describe('before a batch is made', () => {
  const body = { model: MODEL, tasks: [{ prompt: 'x', options: { user: 'me' } }] }
  const check = (more = {}, headers = {}) =>
    call(`${server.url}/v1/batches/check`, { key: server.key, body: { ...body, ...more }, headers })

  it('the server says what would become of it, and nothing stays', async () => {
    const inputs = () => server.blobs().filter((name) => name.startsWith('inputs/'))
    const before = [await server.count('batch'), inputs()]
    const losses = [{ field: 'options.user', action: 'dropped', requests: 1 }]
    const answer = { object: 'batch.check', model: MODEL, requests: 1, losses }
    expect((await check()).json).toMatchObject({ ...answer, accepted: false })
    expect((await check({}, { 'Sheepfold-Lossy': 'warn' })).json).toMatchObject({ ...answer, accepted: true })
    expect((await check({ lossy: 'warn' })).json).toMatchObject({ ...answer, accepted: true })
    expect((await check({ lossy: 'refuse' })).json).toMatchObject({ error: 'invalid_items' })
    expect((await check({ model: HERE })).json).toMatchObject({ accepted: true, losses: [] })
    expect((await check({ model: 'nobody' })).status).toBe(400)
    expect([await server.count('batch'), inputs()]).toEqual(before)
  })

  describe('on the command line', () => {
    let folder: RunFolder
    beforeEach(() => {
      folder = createRunFolder()
      folder.writeRecords('jobs.jsonl', [{ text: 'one' }, { text: 'two' }])
    })
    afterEach(() => folder.remove())

    const sheepfold = (...args: string[]) =>
      startCommand([...args, '--base-url', server.url], { env: { HOLYSHEEP_API_KEY: server.key } }).ended
    const run = (...args: string[]) =>
      sheepfold('run', folder.file('jobs.jsonl'), '--model', MODEL, '--options', '{"user":"me"}', ...args)

    it('a dry run says it, and ends with 1 where it would be refused', async () => {
      const refused = await run('--dry-run')
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--lossy warn') })
      expect(refused.stdout).toContain('dropped options.user (me)')
      const allowed = await run('--dry-run', '--lossy', 'warn', '--json')
      expect(allowed.code).toBe(0)
      expect(JSON.parse(allowed.stdout)).toMatchObject({
        refused: null,
        losses: [{ field: 'options.user', action: 'dropped' }],
      })
    })

    it.each(['native', 'openai'])('a run in the %s dialect says it where it is allowed', async (api) => {
      const field = api === 'native' ? 'options.user' : 'user'
      expect((await run('--api', api)).code).not.toBe(0)
      const end = await run('--api', api, '--lossy', 'warn')
      expect([end.code, end.stderr]).toEqual([0, expect.stringContaining(`dropped ${field} (me)`)])
      const [newest] = (await openai.batches.list({ limit: 1 })).data
      expect((await sheepfold('batches', 'show', newest?.id ?? '')).stdout).toMatch(
        new RegExp(`translated +dropped ${field} \\(me\\) in 2 requests`),
      )
    })
  })
})

describe('a file that came before the configuration was another', () => {
  it('is judged by the one that its batch is made under', async () => {
    const first = await openGateway({ provider: own.url })
    const file = await upload(openaiOf(first), [chatLine('a', 'one', { user: 'me' })])
    await first.gateway.stop(0)
    const { dataDir } = first
    const then = await openGateway({ provider: own.url, dataDir, adapt: atGemini(MODEL, gemini) })
    try {
      const moved = openaiOf(then)
      const refused = await ended(moved, await createOf(moved, file.id))
      expect(refused.errors?.data).toMatchObject([{ line: 1, code: 'lossy', param: 'body.user' }])
      const made = await createOf(moved, file.id, { lossy: 'warn' } as object)
      expect(made).toMatchObject({ losses: [{ field: 'user', requests: 1, example: 'a' }] })
      expect((await ended(moved, made)).status).toBe('completed')
    } finally {
      await then.stop()
    }
  })

  it('loses nothing any more where its model is spoken to in its own words again', async () => {
    const first = await openGateway({ provider: own.url, adapt: atGemini(MODEL, gemini) })
    const file = await upload(openaiOf(first), [chatLine('a', 'one', { user: 'me' })])
    await first.gateway.stop(0)
    const then = await openGateway({ provider: own.url, dataDir: first.dataDir })
    try {
      const back = openaiOf(then)
      const made = await createOf(back, file.id)
      expect(made).toMatchObject({ losses: [] })
      expect((await ended(back, made)).status).toBe('completed')
    } finally {
      await then.stop()
    }
  })
})

describe('an ordinary call', () => {
  const body = { model: MODEL, messages: [{ role: 'user', content: 'x' }], user: 'me' }
  const ask = (headers = {}, asked: object = body, path = CHAT) =>
    call(`${server.url}${path}`, { key: server.key, body: asked, headers })

  it('is refused before anything is sent', async () => {
    const before = gemini.received.length
    const error = await refusalOf(
      openai.chat.completions.create({ ...body, messages: [] }, { maxRetries: 0 }),
    )
    expect(error.status).toBe(400)
    const { status, json } = await ask()
    expect([status, json]).toMatchObject([400, { error: { code: 'lossy', param: 'user' } }])
    expect(gemini.received).toHaveLength(before)
  })

  it('is answered where the header allows it, and the answer says what was lost', async () => {
    const { status, headers, json } = await ask({ 'Sheepfold-Lossy': 'warn' })
    expect([status, headers.get('sheepfold-translation')]).toEqual([200, 'dropped user'])
    expect(json).toMatchObject({ choices: [{ message: { content: 'an answer' } }] })
  })

  it('that loses nothing says nothing, and may be flex', async () => {
    const { user: _, ...plain } = body
    const { status, headers } = await ask({}, { ...plain, service_tier: 'flex' })
    expect([status, headers.get('sheepfold-translation')]).toEqual([200, null])
  })

  it('passes where its provider speaks its format', async () => {
    const { status, headers } = await ask({}, { ...body, model: HERE })
    expect([status, headers.get('sheepfold-translation')]).toEqual([200, null])
    expect(own.received.at(-1)).toMatchObject({ user: 'me' })
  })

  it('to an endpoint that no deployment of the model has is refused', async () => {
    const asked = { model: MODEL, input: 'x' }
    const { status, json } = await ask({ 'Sheepfold-Lossy': 'warn' }, asked, '/v1/responses')
    expect([status, json]).toMatchObject([400, { error: { code: 'untranslatable', param: 'model' } }])
  })

  it('tells a key that may not use the model nothing else', async () => {
    const { secret } = await server.newKey({ models: [HERE] })
    const { json } = await call(`${server.url}${CHAT}`, { key: secret, body })
    expect(json).toMatchObject({ error: { code: 'model_not_allowed' } })
  })
})

describe("an ordinary call of Anthropic's client", () => {
  const body = {
    model: HERE,
    max_tokens: 10,
    messages: [{ role: 'user' as const, content: 'x' }],
    container: 'c',
  }

  it('is refused in its own words, and answered where the header allows it', async () => {
    const { messages } = anthropicOf(server)
    const error = await messages.create(body).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ status: 400, message: expect.stringContaining('container') })
    const headers = { 'Sheepfold-Lossy': 'warn' }
    const { response } = await messages.create(body, { headers }).withResponse()
    expect([response.status, response.headers.get('sheepfold-translation')]).toEqual([
      200,
      'dropped container',
    ])
  })
})

describe('an installation that warns', () => {
  it('refuses where a caller wants it to', async () => {
    const adapt = atGemini(MODEL, gemini)
    const lenient = await openGateway({
      provider: own.url,
      adapt: (config) => ({ ...adapt(config), translation: { ...config.translation, lossy: 'warn' } }),
    })
    try {
      const body = { model: MODEL, tasks: [{ prompt: 'x', options: { user: 'me' } }] }
      expect((await create(lenient, body)).json).toMatchObject({ losses: [{ requests: 1 }] })
      expect((await create(lenient, { ...body, lossy: 'refuse' })).status).toBe(400)
    } finally {
      await lenient.stop()
    }
  })
})

describe('a retry', () => {
  it('has the report of the batch whose requests it sends again', async () => {
    const lines = [chatLine('a', 'fine', { user: 'me' }), chatLine('b', 'bad', { model: HERE })]
    own.refuse('bad')
    const batch = await ended(openai, await submit(openai, lines, { lossy: 'warn' } as object))
    own.refuse()
    const losses = [{ ...LOSS, field: 'user', requests: 1, example: 'a' }]
    const errors = Buffer.from(await (await openai.files.content(batch.error_file_id ?? '')).arrayBuffer())
    expect(await submit(openai, errors)).toMatchObject({ losses })
    const again = await call(`${server.url}/v1/batches/${batch.id}/retry`, {
      key: server.key,
      method: 'POST',
    })
    expect(again.json).toMatchObject({ losses })
  })
})
