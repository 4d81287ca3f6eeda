import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { type Answer, call } from '../support/http.ts'
import { speaksAnthropic } from '../support/scripted-anthropic.ts'
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts'
import { serverRoutes } from '../support/server-routes.ts'
import { rowsOf } from '../support/store-place.ts'
import { ENDPOINTS, type Endpoint, nameOf, type Sent } from './support/endpoints.ts'
import { answerAs } from './support/provider-answers.ts'
import { ABSENT, makeThings, type Things } from './support/things.ts'

/**
 * Every endpoint, with every kind of key, and with ids of a stranger in every place that takes one: who may
 * not is told so in one way, learns nothing and changes nothing.
 */

let provider: ScriptedProvider
let server: TestGateway
let operator: string
let theirs: Things
/** Another account, with a key and things of its own. */
let stranger: { key: string; own: Things }
const badKeys = new Map<string, Readonly<Record<string, string>>>()

const SECRETS = ['secret.jsonl', 'secret.bin', 'secret.test', 'a secret']

beforeAll(async () => {
  provider = await startScriptedProvider()
  provider.always(answerAs)
  server = await openGateway({
    provider: provider.url,
    adapt: speaksAnthropic,
    // Nobody is ever reached: what is delivered is another matter.
    resolve: async () => [],
  })
  operator = (await server.newOperatorKey()).secret
  theirs = await makeThings(server)
  const key = (await server.newKey({ account: 'acct_stranger' })).secret
  stranger = { key, own: await makeThings({ url: server.url, key }) }
  const revoked = await server.newKey()
  await server.gateway.store.keys.revokeKey(revoked.id)
  const expired = (await server.newKey({ expiresAt: Date.now() - 1 })).secret
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
  badKeys.set('none', {})
  badKeys.set('an empty one', { authorization: '' })
  badKeys.set('one of another scheme', { authorization: `Basic ${btoa(`${server.key}:`)}` })
  badKeys.set('one without its scheme', { authorization: server.key })
  badKeys.set('two in one header', bearer(`${server.key}, ${server.key}`))
  badKeys.set('one in another header', { 'api-key': server.key, cookie: server.key })
  badKeys.set('a wrong one', bearer('sk-holysheep-0000000000000000000000000000000000000000'))
  badKeys.set('one that a database would take for all', bearer("'/**/OR/**/'1'='1"))
  badKeys.set('half of a good one', bearer(server.key.slice(0, -1)))
  badKeys.set('a revoked one', bearer(revoked.secret))
  badKeys.set('an expired one', bearer(expired))
  badKeys.set('an empty one in x-api-key', { 'x-api-key': '' })
  badKeys.set('one with its scheme in x-api-key', { 'x-api-key': `Bearer ${server.key}` })
  badKeys.set('two in x-api-key', { 'x-api-key': `${server.key}, ${server.key}` })
  badKeys.set('a wrong one in x-api-key', { 'x-api-key': 'sk-ant-000000000000000000000000000000000000' })
  badKeys.set('half of a good one in x-api-key', { 'x-api-key': server.key.slice(0, -1) })
  badKeys.set('a revoked one in x-api-key', { 'x-api-key': revoked.secret })
  badKeys.set('an expired one in x-api-key', { 'x-api-key': expired })
  badKeys.set('a wrong one in both', { ...bearer('sk-wrong'), 'x-api-key': 'sk-wrong' })
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const send = ({ method }: Endpoint, { path, body, headers }: Sent, more: Record<string, string>) =>
  call(`${server.url}${path}`, { method, body, headers: { ...headers, ...more } })

const withKey = (key: string) => ({ authorization: `Bearer ${key}` })

/** An endpoint's refusal, whole: nothing of a thing may stand beside it. */
const expectRefusal = (
  { status, text }: Answer,
  { dialect }: Pick<Endpoint, 'dialect'>,
  code: string,
): void => {
  const native = { error: code, message: expect.any(String) }
  const openaiCode = code === 'unauthorized' ? 'invalid_api_key' : code
  const openai = {
    error: { message: expect.any(String), type: 'invalid_request_error', param: null, code: openaiCode },
  }
  const anthropic = {
    type: 'error',
    error: {
      type: code === 'unauthorized' ? 'authentication_error' : 'permission_error',
      message: expect.any(String),
      details: { error_code: code },
    },
    request_id: expect.stringMatching(/^req_/),
  }
  expect([status, JSON.parse(text)]).toEqual([
    code === 'unauthorized' ? 401 : 403,
    { native, openai, anthropic }[dialect],
  ])
}

/** Two refusals are the same but for the id of the request. */
const withoutRequestId = (text: string): string => text.replace(/"req_\w+"/, '"req_"')

const TABLES = [
  'batch',
  'shard',
  'file',
  'upload',
  'upload_part',
  'account',
  'api_key',
  'event',
  'webhook_endpoint',
  'webhook_delivery',
]

/** All that there is, as its owner sees it. */
const everything = async (): Promise<unknown> => {
  const counts = TABLES.map((table) => rowsOf(server.dataDir, `SELECT count(*) AS n FROM ${table}`))
  const { batch, fileBatch, messageBatch, inputFile, outputFile, webhook, delivery } = theirs
  const paths = [
    ...[`batches/${batch}`, `batches/${batch}/results`, `batches/${fileBatch}`, 'batches'],
    ...[`messages/batches/${messageBatch}`, `messages/batches/${messageBatch}/results`],
    ...[`files/${inputFile}`, `files/${inputFile}/content`, `files/${outputFile}/content`, 'files'],
    ...[`webhooks/${webhook}`, 'webhooks', 'webhooks/secret'],
  ]
  const seen = paths.map(async (path) => {
    const { status, text } = await call(`${server.url}/v1/${path}`, { key: server.key })
    return [path, status, text]
  })
  const deliveries = await call(`${server.url}/v1/webhooks/${webhook}/deliveries`, { key: server.key })
  const sent = (deliveries.json as { data: Array<{ id: string }> }).data.map(({ id }) => id)
  expect(sent).toEqual([delivery])
  return { counts: await Promise.all(counts), seen: await Promise.all(seen), calls: provider.calls.length }
}

const unchanged = async (what: () => Promise<void>): Promise<void> => {
  const before = await everything()
  await what()
  expect(await everything()).toEqual(before)
}

const closed = ENDPOINTS.filter(({ opens }) => opens !== 'anyone')
const byName = (endpoints: readonly Endpoint[]) =>
  endpoints.map((endpoint): [string, Endpoint] => [nameOf(endpoint), endpoint])

describe('the matrix', () => {
  it('has every endpoint of the server, and no other', async () => {
    const routes = (await serverRoutes()).filter(({ isHidden }) => !isHidden)
    expect(routes.length).toBeGreaterThan(40)
    const registered = routes.map(({ method, url }) => nameOf({ method, route: url } as Endpoint))
    expect(ENDPOINTS.map(nameOf).toSorted()).toEqual(registered.toSorted())
  })

  it('has a stranger in the path of each endpoint of clients that has an id', () => {
    const missing = ENDPOINTS.filter(
      ({ opens, route, foreign }) => opens === 'client' && route.includes(':') && foreign.path === undefined,
    )
    expect(missing.map(nameOf)).toEqual([])
  })
})

describe.each(byName(closed))('%s', (_name, endpoint) => {
  it('refuses every bad key in one way, and nothing happens', () =>
    unchanged(async () => {
      const texts = new Set<string>()
      for (const [, headers] of badKeys) {
        const answer = await send(endpoint, endpoint.request(theirs), headers)
        expectRefusal(answer, endpoint, 'unauthorized')
        texts.add(withoutRequestId(answer.text))
      }
      expect(texts.size).toBe(1)
    }))

  it("refuses them to OpenAI's clients in their words", async () => {
    // Anthropic's have such headers too, and one by which they are known.
    const { path, body } = endpoint.request(theirs)
    const answer = await send(endpoint, { path, body }, { 'x-stainless-lang': 'js' })
    expectRefusal(answer, { dialect: 'openai' }, 'unauthorized')
  })

  it("refuses them to Anthropic's clients in theirs, whichever version they speak", async () => {
    for (const version of ['2023-06-01', '2026-10-21', 'none of these']) {
      const headers = { 'anthropic-version': version, 'x-stainless-lang': 'js', 'x-api-key': 'sk-wrong' }
      const answer = await send(endpoint, endpoint.request(theirs), headers)
      expectRefusal(answer, { dialect: 'anthropic' }, 'unauthorized')
      expect(answer.headers.get('request-id')).toBe(answer.headers.get('x-request-id'))
    }
  })

  it('takes no two keys, of which a proxy may have looked at the other', () =>
    unchanged(async () => {
      const good = endpoint.opens === 'operator' ? operator : server.key
      for (const [first, second] of [
        [good, 'sk-wrong'],
        ['sk-wrong', good],
      ]) {
        const headers = { authorization: `Bearer ${first}`, 'x-api-key': String(second) }
        const answer = await send(endpoint, endpoint.request(theirs), headers)
        expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('carry two keys')])
      }
    }))

  it('does not say without a key whether a thing is there', async () => {
    const [there, absent] = [endpoint.request(theirs), endpoint.request(ABSENT)]
    const texts = [there, absent].map(async (asked) => (await send(endpoint, asked, {})).text)
    const [ofThere, ofAbsent] = (await Promise.all(texts)).map(withoutRequestId)
    expect(ofThere).toBe(ofAbsent)
  })

  it('refuses the key of the other role, and nothing happens', () =>
    unchanged(async () => {
      const key = endpoint.opens === 'client' ? operator : server.key
      for (const headers of [withKey(key), { 'x-api-key': key }]) {
        const answer = await send(endpoint, endpoint.request(theirs), headers)
        expectRefusal(answer, endpoint, endpoint.opens === 'client' ? 'operator_key' : 'operator_only')
      }
    }))

  it('takes no key from its address', async () => {
    const { path, ...rest } = endpoint.request(theirs)
    const query = `api_key=${server.key}&key=${server.key}&access_token=${server.key}`
    const asked = { ...rest, path: `${path}${path.includes('?') ? '&' : '?'}${query}` }
    expectRefusal(await send(endpoint, asked, {}), endpoint, 'unauthorized')
  })
})

describe('a good key in either header, and in both, opens', () => {
  it.each(byName(closed.filter(({ method }) => method === 'GET')))('%s', async (_name, endpoint) => {
    const key = endpoint.opens === 'operator' ? operator : server.key
    const asked = endpoint.request(theirs)
    for (const headers of [{ 'x-api-key': key }, { 'x-api-key': key, ...withKey(key) }]) {
      expect((await send(endpoint, asked, headers)).status).toBe(endpoint.status)
    }
  })
})

/** What a caller can tell two answers apart by, the ids that it gave itself put aside. */
const seen = ({ status, headers, text }: Answer, given: Things): unknown => ({
  status,
  names: [...headers.keys()].toSorted(),
  text: Object.values(given).reduce((rest, id) => rest.replaceAll(id, '(an id)'), withoutRequestId(text)),
})

const places = ENDPOINTS.flatMap((endpoint) =>
  Object.entries(endpoint.foreign).map(([place, request]) => ({
    name: `${nameOf(endpoint)}, ${place}`,
    endpoint,
    request,
  })),
)

describe('an id of a stranger', () => {
  it.each(places)('is one that does not exist: $name', ({ endpoint, request }) =>
    unchanged(async () => {
      const [foreign, absent] = [request(theirs, stranger.own), request(ABSENT, stranger.own)]
      const found = await send(endpoint, foreign, withKey(stranger.key))
      const notThere = await send(endpoint, absent, withKey(stranger.key))
      expect(seen(found, theirs)).toEqual(seen(notThere, ABSENT))
      for (const secret of SECRETS) expect(found.text).not.toContain(secret)
    }),
  )

  it.each(places.filter(({ endpoint }) => endpoint.method === 'GET'))(
    'is one that does not exist to HEAD too: $name',
    async ({ endpoint, request }) => {
      const head = { ...endpoint, method: 'HEAD' } as unknown as Endpoint
      const [foreign, absent] = [request(theirs, stranger.own), request(ABSENT, stranger.own)]
      const found = await send(head, foreign, withKey(stranger.key))
      expect(seen(found, theirs)).toEqual(seen(await send(head, absent, withKey(stranger.key)), ABSENT))
    },
  )
})

describe('a key that is limited', () => {
  const refusalOf = async (line: string, order: Parameters<TestGateway['newKey']>[0]): Promise<Answer> => {
    const endpoint = ENDPOINTS.find((each) => nameOf(each) === line)
    if (!endpoint) throw new Error(`there is no ${line}`)
    const { secret } = await server.newKey(order)
    return send(endpoint, endpoint.request(theirs), withKey(secret))
  }
  const CALLS = ['chat/completions', 'completions', 'embeddings', 'responses', 'messages'].map(
    (path) => `POST /v1/${path}`,
  )

  it.each([...CALLS, 'POST /v1/batches'])(
    'to other models is refused, and nothing happens: %s',
    async (line) => {
      const [calls, batches] = [provider.calls.length, await server.count('batch')]
      const answer = await refusalOf(line, { models: ['batch-pro'] })
      expect([403, 404]).toContain(answer.status)
      expect(answer.text).toMatch(/model_not_allowed|model_not_found/)
      expect([provider.calls.length, await server.count('batch')]).toEqual([calls, batches])
    },
  )

  it('to other models does not see that there are any', async () => {
    const answer = await refusalOf('GET /v1/models', { models: ['batch-pro'] })
    expect((answer.json as { data: Array<{ id: string }> }).data.map(({ id }) => id)).toEqual(['batch-pro'])
    expect((await refusalOf('GET /v1/models/*', { models: ['batch-pro'] })).status).toBe(404)
  })

  it.each([...CALLS, 'POST /v1/batches'])('to what it has spent is refused: %s', async (line) => {
    const calls = provider.calls.length
    expect((await refusalOf(line, { limits: { spend: 0n } })).status).toBe(402)
    expect(provider.calls).toHaveLength(calls)
  })

  it.each(CALLS)('to a call a minute is refused the second: %s', async (line) => {
    const { secret } = await server.newKey({ limits: { requestsPerMinute: 1 } })
    const endpoint = ENDPOINTS.find((each) => nameOf(each) === line)
    if (!endpoint) throw new Error(`there is no ${line}`)
    expect((await send(endpoint, endpoint.request(theirs), withKey(secret))).status).toBe(200)
    const calls = provider.calls.length
    const second = await send(endpoint, endpoint.request(theirs), withKey(secret))
    expect([second.status, second.headers.has('retry-after')]).toEqual([429, true])
    expect(provider.calls).toHaveLength(calls)
  })
})

describe('a good key', () => {
  const keyFor = ({ opens }: Endpoint): string => (opens === 'operator' ? operator : stranger.key)

  // These change things: they come last, and in their order.
  it.each(byName(ENDPOINTS))('gets what it asks for: %s', async (_name, endpoint) => {
    const answer = await send(endpoint, endpoint.request(stranger.own), withKey(keyFor(endpoint)))
    expect({ status: answer.status, text: answer.status === endpoint.status ? '' : answer.text }).toEqual({
      status: endpoint.status,
      text: '',
    })
    if (endpoint.opens === 'client') {
      for (const id of Object.values(theirs)) expect(answer.text).not.toContain(id)
    }
  })

  it('has changed nothing of another account with all that', async () => {
    const { status, text } = await call(`${server.url}/v1/batches/${theirs.batch}/results`, {
      key: server.key,
    })
    expect([status, text.includes('batch_id')]).toEqual([200, true])
    const content = await call(`${server.url}/v1/files/${theirs.inputFile}/content`, { key: server.key })
    expect(content.text).toContain('a secret')
  })
})
