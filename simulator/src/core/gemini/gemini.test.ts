import { describe, expect, it } from 'vitest'
import { refusalKinds } from '../options.ts'
import { ask, pathOf, setUp } from './gemini.fixture.ts'

const post = (
  { simulator }: ReturnType<typeof setUp>,
  path: string,
  headers: Record<string, string> = {},
) => {
  const body = Buffer.from(JSON.stringify(ask('hi')))
  const reaction = simulator.receive({ method: 'POST', path, headers, body })
  return { status: reaction.status, json: JSON.parse(reaction.body.toString()) }
}

describe('a key', () => {
  const options = { keys: ['AIza-good'] }

  it('comes in a header or in the address', () => {
    const path = pathOf('generateContent')
    expect(post(setUp(options), path, { 'x-goog-api-key': 'AIza-good' }).status).toBe(200)
    expect(post(setUp(options), `${path}?key=AIza-good`).status).toBe(200)
    expect(post(setUp(options), `${path}?key=AIza-bad`).json.error).toEqual({
      code: 400,
      message: 'API key not valid. Please pass a valid API key.',
      status: 'INVALID_ARGUMENT',
      details: [expect.objectContaining({ reason: 'API_KEY_INVALID' })],
    })
    expect(post(setUp(options), path).json.error).toMatchObject({ code: 403, status: 'PERMISSION_DENIED' })
  })
})

describe('models', () => {
  it('are listed page after page', () => {
    const { get } = setUp({ models: { 'gemini-own': {} } })
    const names: string[] = []
    for (let token: string | undefined = ''; token !== undefined; ) {
      const { body } = get(`/v1beta/models?pageSize=4&pageToken=${token || '0'}`)
      const page: { models: { name: string }[]; nextPageToken?: string } = JSON.parse(String(body))
      expect(page.models.length).toBeLessThanOrEqual(4)
      names.push(...page.models.map(({ name }) => name))
      token = page.nextPageToken
    }
    expect(names).toContain('models/gemini-2.5-flash')
    expect(names).toContain('models/gemini-own')
    expect(new Set(names).size).toBe(names.length)
    expect(names.join()).not.toMatch(/gpt|claude|deepseek|text-embedding-3/)
  })

  it('tell what they can do', () => {
    const { get } = setUp()
    const see = (name: string) => JSON.parse(String(get(`/v1beta/models/${name}`).body))
    expect(see('gemini-2.5-flash')).toMatchObject({
      name: 'models/gemini-2.5-flash',
      inputTokenLimit: 1_048_576,
      supportedGenerationMethods: ['generateContent', 'countTokens'],
      thinking: true,
    })
    expect(see('gemini-embedding-001').supportedGenerationMethods).toContain('embedContent')
    expect(see('gpt-4.1').error).toMatchObject({ code: 404, status: 'NOT_FOUND' })
  })

  it('are at the path of OpenAI too, for those who bring a key of Gemini', () => {
    const { get } = setUp()
    const names = (headers: Record<string, string>) => JSON.parse(String(get('/v1/models', headers).body))
    expect(names({ 'x-goog-api-key': 'AIza' }).models[0].name).toMatch(/^models\//)
    expect(names({ authorization: 'Bearer sk' }).object).toBe('list')
  })

  it.each(['pageSize=-1', 'pageSize=a', 'pageToken=b'])('are not listed by %s', (query) => {
    expect(setUp().get(`/v1beta/models?${query}`).status).toBe(400)
  })
})

describe('each kind of fault that refuses', () => {
  it.each(Object.keys(refusalKinds) as (keyof typeof refusalKinds)[])('%s has an error of Gemini', (kind) => {
    const { status, json } = setUp({ faults: [{ kind }] }).call(ask('hi'))
    expect(json.error).toMatchObject({
      code: status,
      message: expect.any(String),
      status: expect.any(String),
    })
    expect(status).not.toBe(529)
  })

  it('rate_limit says in its body how long to wait', () => {
    const limited = (retryAfterSeconds: number) =>
      setUp({ faults: [{ kind: 'rate_limit', retryAfterSeconds }] }).call(ask('hi'))
    expect(limited(33).json.error.details).toContainEqual({
      '@type': 'type.googleapis.com/google.rpc.RetryInfo',
      retryDelay: '33s',
    })
    expect(limited(33).headers['retry-after']).toBeUndefined()
    expect(limited(0).json.error.details).toBeUndefined()
  })
})

it('limits are told with their wait, and not in headers', () => {
  const { call } = setUp({ models: { 'gemini-2.5-flash': { requestsPerMinute: 1 } } })
  expect(Object.keys(call(ask('one')).headers).join()).not.toContain('ratelimit')
  const { status, json } = call(ask('two'))
  expect([status, json.error.status]).toEqual([429, 'RESOURCE_EXHAUSTED'])
  expect(json.error.details[1].retryDelay).toBe('60s')
})

it.each([
  ['POST', '/v1beta/models/gemini-2.5-flash:predict'],
  ['GET', '/v1beta/models/gemini-2.5-flash:generateContent'],
  ['POST', '/v1beta/models'],
  ['GET', '/v1beta/nothing'],
])('%s %s is not found', (method, path) => {
  const { simulator } = setUp()
  const reaction = simulator.receive({ method, path, headers: {}, body: Buffer.from('{}') })
  expect(JSON.parse(String(reaction.body)).error).toMatchObject({ code: 404, status: 'NOT_FOUND' })
})
