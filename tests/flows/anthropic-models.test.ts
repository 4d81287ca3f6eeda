import Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anthropicOf, refusalOf } from '../support/anthropic.ts'
import { documentedCalls } from '../support/documented.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'

let provider: FakeProvider
let server: TestGateway
let anthropic: Anthropic

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({ provider: provider.url })
  anthropic = anthropicOf(server)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const all = (): string[] => [...server.config.catalogue.keys()]

const pageOf = (query: string) =>
  call(`${server.url}/v1/models${query}`, {
    headers: { 'x-api-key': server.key, 'anthropic-version': '2023-06-01' },
  })

describe("Anthropic's client", () => {
  it('lists the models, page after page', async () => {
    const seen: string[] = []
    for await (const model of anthropic.models.list({ limit: 2 })) {
      expect(model).toMatchObject({ type: 'model', display_name: model.id, lifecycle: 'active' })
      expect(Date.parse(model.created_at)).not.toBeNaN()
      seen.push(model.id)
    }
    expect(seen).toEqual(all())
  })

  it('lists them backwards from one of them', async () => {
    const ids = all()
    const seen: string[] = []
    for await (const { id } of anthropic.models.list({ limit: 2, before_id: ids.at(-1) ?? '' })) seen.push(id)
    expect(seen.toSorted()).toEqual(ids.slice(0, -1).toSorted())
  })

  it('finds one of them, and is told of one that is not there', async () => {
    expect(await anthropic.models.retrieve('gpt-4.1')).toMatchObject({ id: 'gpt-4.1', type: 'model' })
    const error = await refusalOf(anthropic.models.retrieve('no-such-model'))
    expect(error).toBeInstanceOf(Anthropic.NotFoundError)
    expect(error).toMatchObject({ status: 404, type: 'not_found_error', errorCode: 'model_not_found' })
    expect(error.requestID).toMatch(/^req_/)
  })

  it('sees those that its key may use, and no others', async () => {
    const { secret } = await server.newKey({ models: ['batch-pro'] })
    const page = await anthropicOf(server, secret).models.list()
    expect(page.data.map(({ id }) => id)).toEqual(['batch-pro'])
    expect(page).toMatchObject({ has_more: false, first_id: 'batch-pro', last_id: 'batch-pro' })
  })

  it('is told of a wrong key in its own words', async () => {
    const error = await refusalOf(anthropicOf(server, 'sk-wrong').models.list())
    expect(error).toBeInstanceOf(Anthropic.AuthenticationError)
    expect(error).toMatchObject({ status: 401, type: 'authentication_error' })
  })
})

describe('the list of models', () => {
  it.each([
    ['?limit=0', "'limit'"],
    ['?limit=1001', "'limit'"],
    ['?limit=two', "'limit'"],
    ['?after_id=no-such-model', "'after_id'"],
    ['?before_id=no-such-model', "'before_id'"],
    ['?after_id=gpt-4.1&before_id=gpt-4.1', "'before_id'"],
    ['?after_id=gpt-4.1&after_id=gpt-4o', "'after_id'"],
  ])('is refused for %s, with the field', async (query, field) => {
    const { status, json } = await pageOf(query)
    expect([status, json]).toEqual([
      400,
      {
        type: 'error',
        error: {
          type: 'invalid_request_error',
          message: expect.stringContaining(field),
          details: expect.objectContaining({ error_code: 'invalid_value' }),
        },
        request_id: expect.stringMatching(/^req_/),
      },
    ])
  })

  it('ends where it ends', async () => {
    const ids = all()
    expect((await pageOf(`?after_id=${ids.at(-1)}`)).json).toEqual({
      data: [],
      has_more: false,
      first_id: null,
      last_id: null,
    })
    expect((await pageOf(`?limit=${ids.length}`)).json).toMatchObject({ has_more: false })
    expect((await pageOf(`?limit=${ids.length - 1}`)).json).toMatchObject({ has_more: true })
    expect((await pageOf(`?before_id=${ids[2]}&limit=2`)).json).toMatchObject({
      has_more: false,
      first_id: ids[0],
      last_id: ids[1],
    })
  })

  it.each(['2023-01-01', '2023-06-01', '2026-10-21'])('is there in version %s', async (version) => {
    const headers = { 'anthropic-version': version }
    const documented = documentedCalls(server)
    await documented.run('listModels', { headers })
    await documented.run('getModel', { headers, id: 'gpt-4.1' })
    expect(documented.succeeded.size).toBe(2)
  })

  it.each(['2024-01-01', '', '2023-06-01, 2026-10-21'])('is not there in version "%s"', async (version) => {
    const headers = { 'anthropic-version': version, 'x-api-key': server.key }
    for (const path of ['/v1/models', '/v1/models/gpt-4.1']) {
      const { status, text } = await call(`${server.url}${path}`, { headers })
      expect(status).toBe(400)
      expect(text).toContain('it must be one of 2023-01-01, 2023-06-01, 2026-10-21')
    }
  })

  it("keeps OpenAI's form for everybody else, whichever header the key comes in", async () => {
    const { json } = await call(`${server.url}/v1/models`, { headers: { 'x-api-key': server.key } })
    expect(json).toMatchObject({ object: 'list', data: all().map((id) => ({ id, object: 'model' })) })
  })
})
