import { type SimulatorServer, startSimulator } from '@sheepfold/simulator'
import OpenAI from 'openai'
import type { Batch, BatchCreateParams } from 'openai/resources/batches'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { CHAT, chatLine, ended, linesOf, openaiOf, refusalOf, submit } from '../support/openai.ts'
import { withModel } from '../support/with-model.ts'

let provider: SimulatorServer
let server: TestGateway
let openai: OpenAI

beforeAll(async () => {
  provider = await startSimulator({ anyModel: true })
  server = await openGateway({ provider: provider.url, adapt: withModel('gpt-3.5-turbo-instruct') })
  openai = openaiOf(server)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

type Endpoint = BatchCreateParams['endpoint']
type Body = Readonly<Record<string, unknown>>

const ENDPOINTS: ReadonlyArray<readonly [Endpoint, Body, usesOutput: boolean]> = [
  [CHAT, { model: 'gpt-4.1', messages: [{ role: 'user', content: 'hello' }] }, true],
  ['/v1/completions', { model: 'gpt-3.5-turbo-instruct', prompt: 'hello', max_tokens: 20 }, true],
  ['/v1/embeddings', { model: 'text-embedding-3-small', input: ['one', 'two'] }, false],
  ['/v1/responses', { model: 'gpt-4.1', input: 'hello', instructions: 'Be brief.' }, true],
]

const lineOf = (customId: string, url: string, body: Body): string =>
  JSON.stringify({ custom_id: customId, method: 'POST', url, body })

describe.each(ENDPOINTS)('%s', (endpoint, body, usesOutput) => {
  it("is answered with the provider's own body, and its usage is counted", async () => {
    const lines = ['a', 'b'].map((id) => lineOf(id, endpoint, body))
    const batch = await ended(openai, await submit(openai, lines, { endpoint }))
    expect(batch).toMatchObject({
      status: 'completed',
      endpoint,
      model: body.model,
      request_counts: { total: 2, completed: 2, failed: 0 },
    })
    const expected = provider.simulator.expectedAnswer(body, endpoint)
    const answers = await linesOf(openai, batch.output_file_id)
    expect(answers.map(({ custom_id }) => custom_id)).toEqual(['a', 'b'])
    for (const { response, id } of answers) {
      expect(response?.status_code).toBe(200)
      expect(response?.request_id).toMatch(/^req_/)
      expect(id).toMatch(/^batch_req_/)
      // Of embeddings it is the list of their numbers.
      if (usesOutput) expect(JSON.stringify(response?.body)).toContain(JSON.stringify(expected))
      else expect(response?.body).toMatchObject({ object: 'list', data: [{ index: 0 }, { index: 1 }] })
    }
    const { usage } = batch
    expect(usage?.input_tokens).toBeGreaterThan(0)
    expect((usage?.output_tokens ?? 0) > 0).toBe(usesOutput)
    expect(usage?.total_tokens).toBe((usage?.input_tokens ?? 0) + (usage?.output_tokens ?? 0))
  })

  it('of another batch than its lines is a mismatch', async () => {
    const other = endpoint === CHAT ? '/v1/responses' : CHAT
    const batch = await ended(
      openai,
      await submit(openai, [lineOf('a', endpoint, body)], { endpoint: other }),
    )
    expect(batch).toMatchObject({ status: 'failed', errors: { data: [{ code: 'url_mismatch', line: 1 }] } })
  })
})

describe('what a provider refuses', () => {
  const refused = { model: 'gpt-4.1', messages: [{ role: 'user', content: 'x' }], temperature: 9 }
  let batch: Batch

  beforeAll(async () => {
    const lines = [chatLine('good', 'x'), lineOf('bad', CHAT, refused), chatLine('fine', 'y')]
    batch = await ended(openai, await submit(openai, lines))
  })

  it('is in the error file, with its own words and status, and the rest is answered', async () => {
    expect(batch).toMatchObject({
      status: 'completed',
      request_counts: { total: 3, completed: 2, failed: 1 },
    })
    expect((await linesOf(openai, batch.output_file_id)).map(({ custom_id }) => custom_id)).toEqual([
      'good',
      'fine',
    ])
    const direct = await call(`${provider.url}${CHAT}`, { body: refused, key: 'k' })
    expect(direct.status).toBe(400)
    expect(await linesOf(openai, batch.error_file_id)).toEqual([
      {
        id: expect.stringMatching(/^batch_req_/),
        custom_id: 'bad',
        response: { status_code: 400, request_id: expect.any(String), body: direct.json },
        error: null,
      },
    ])
    const errors = await openai.files.retrieve(batch.error_file_id ?? '')
    expect(errors).toMatchObject({ purpose: 'batch_output', filename: `${batch.id}_error.jsonl` })
  })

  it('leaves no output file where it is all of the batch', async () => {
    const all = await ended(
      openai,
      await submit(openai, [lineOf('a', CHAT, refused), lineOf('b', CHAT, refused)]),
    )
    expect(all).toMatchObject({
      status: 'completed',
      output_file_id: null,
      error_file_id: expect.stringMatching(/^file-/),
      request_counts: { total: 2, completed: 0, failed: 2 },
    })
    expect(await linesOf(openai, all.error_file_id)).toHaveLength(2)
    expect(await refusalOf(openai.files.content(`file-out_${all.id.slice(6)}`))).toBeInstanceOf(
      OpenAI.NotFoundError,
    )
  })
})

describe('models', () => {
  it('are listed and looked up', async () => {
    const models = []
    for await (const model of openai.models.list()) models.push(model)
    expect(models.map(({ id }) => id)).toContain('gpt-4.1')
    for (const model of models) {
      expect(model).toMatchObject({
        object: 'model',
        created: expect.any(Number),
        owned_by: expect.any(String),
      })
      expect(await openai.models.retrieve(model.id)).toEqual(model)
    }
  })

  it('that do not exist are told so', async () => {
    for (const id of ['gpt-9', 'maker/model', 'a b', '%']) {
      const error = await refusalOf(openai.models.retrieve(id))
      expect(error).toBeInstanceOf(OpenAI.NotFoundError)
      expect(error).toMatchObject({ code: 'model_not_found', type: 'invalid_request_error', param: 'model' })
    }
  })

  it('are not deleted by a client', async () => {
    expect(await refusalOf(openai.models.delete('gpt-4.1'))).toMatchObject({
      status: 405,
      type: 'invalid_request_error',
    })
  })
})
