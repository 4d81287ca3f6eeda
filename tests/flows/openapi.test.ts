import { type SimulatorServer, startSimulator } from '@sheepfold/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATIONS } from '../../gateway/src/server/openapi/operations/index.ts'
import { type DocumentedCalls, documentedCalls } from '../support/documented.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { CHAT, chatLines } from '../support/openai.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { CLAUDE } from '../support/scripted-anthropic.ts'
import { until } from '../support/wait.ts'
import { withModel } from '../support/with-model.ts'

/** What a running server really says, held against its document: a member that the document lacks fails. */

let provider: FakeProvider
let server: TestGateway
let client: DocumentedCalls
let operator: DocumentedCalls
/** Of a server whose provider answers every kind of call. */
let simulator: SimulatorServer
let callServer: TestGateway
let caller: DocumentedCalls

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({ provider: provider.url, resolve: async () => [] })
  client = documentedCalls(server)
  simulator = await startSimulator()
  callServer = await openGateway({ provider: simulator.url, adapt: withModel(TEXT_MODEL) })
  caller = documentedCalls(callServer)
  operator = documentedCalls({ url: server.url, key: (await server.newOperatorKey()).secret })
})

afterAll(async () => {
  // Every endpoint was called, and none was forgotten when it was written.
  const called = new Set([...client.succeeded, ...operator.succeeded, ...caller.succeeded])
  const missed = OPERATIONS.map(({ id }) => id).filter((id) => !called.has(id))
  await server.stop()
  await provider.close()
  await callServer.stop()
  await simulator.close()
  expect(missed).toEqual([])
})

const TEXT_MODEL = 'gpt-3.5-turbo-instruct'

const chatOf = (model: string) => ({ model, messages: [{ role: 'user', content: 'x' }] })

const wait = { headers: { prefer: 'wait=60' } }

interface Made {
  readonly id: string
}

const form = (fields: Readonly<Record<string, string>>, file: readonly [name: string, text: string]) => {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  data.set(file[0], new Blob([file[1]]), 'input.jsonl')
  const request = new Request('http://form', { method: 'POST', body: data })
  return request.arrayBuffer().then((bytes) => ({
    body: new Uint8Array(bytes),
    headers: { 'content-type': request.headers.get('content-type') ?? '' },
  }))
}

const tasks = (...prompts: string[]) => ({ model: 'batch-4.1', tasks: prompts.map((prompt) => ({ prompt })) })

describe('the document tells the truth about', () => {
  it('native batches, from their create to their end', async () => {
    provider.refuse('refused')
    const body = {
      ...tasks('one', 'refused'),
      options: { temperature: 0, max_tokens: null, response_format: { type: 'text' } },
      metadata: { of: 'a test' },
      window_seconds: 3_600,
    }
    const { id } = await client.run<Made>('createBatch', { body })
    await client.run('getBatch', { id, ...wait })
    await client.run('getResults', { id })
    await client.run('getResults', { id, headers: { prefer: 'return=minimal' } })
    await client.run('getResults', { id, query: '?order=completion' })
    const retry = await client.run<Made>('retryBatch', { id })
    await client.run('getBatch', { id: retry.id, ...wait })
    await client.run('getResults', { id: retry.id, query: '?merged=true' })
    await client.run('listBatches', { query: '?limit=1' })
    await client.run('deleteBatch', { id })
  })

  it('a batch that runs and is cancelled', async () => {
    provider.hold()
    const body = {
      model: 'batch-4.1',
      task: 'document_analysis',
      input: [
        { role: 'user', content: 'x' },
        { role: 'user', content: { id: 'y', content: 'y' } },
      ],
    }
    await client.run('checkBatch', { body })
    await client.run('checkBatch', { body: { ...body, model: 'nobody' }, status: 400 })
    const { id } = await client.run<Made>('createBatch', { body })
    await provider.waiting(2)
    await client.run('getBatch', { id, headers: { prefer: 'wait=0' } })
    await client.run('getResults', { id, headers: { prefer: 'wait=0' } })
    await client.run('cancelBatch', { id })
    await operator.run('adminGetBatch', { id })
    provider.open()
    await client.run('getBatch', { id, ...wait })
  })

  it('batches of messages', async () => {
    const params = { model: 'batch-4.1', max_tokens: 1, messages: [{ role: 'user', content: 'x' }] }
    const body = { requests: ['a', 'b'].map((custom_id) => ({ custom_id, params })) }
    const headers = { 'anthropic-version': '2026-10-21' }
    provider.hold()
    const { id } = await client.run<Made>('createMessageBatch', { headers, body })
    await client.run('createBatch', { body })
    await client.run('getMessageBatch', { id })
    await client.run('getBatch', { id })
    await client.run('getMessageBatchResults', { id, status: 400 })
    await client.run('deleteMessageBatch', { id, status: 400 })
    await client.run('cancelMessageBatch', { id })
    provider.open()
    await until('its end', async () => {
      const { ended_at } = await client.run<{ ended_at: string | null }>('getMessageBatch', { id })
      return ended_at !== null
    })
    await client.run('listMessageBatches', { query: '?limit=1' })
    await client.run('getMessageBatchResults', { id })
    await client.run('getMessageBatchResults', { id, headers: { range: 'bytes=0-9' }, status: 206 })
    await client.run('deleteMessageBatch', { id })
    await client.run('createMessageBatch', { headers, body: { requests: [] }, isBad: true, status: 400 })
    await client.run('createMessageBatch', { body, status: 400 })
  })

  it('files, and batches of them', async () => {
    provider.refuse('text 1')
    const lines = chatLines(3)
      .map((line) => `${line}\n`)
      .join('')
    const file = await client.run<Made>('createFile', await form({ purpose: 'batch' }, ['file', lines]))
    await client.run('getFile', { id: file.id })
    await client.run('getFileContent', { id: file.id })
    await client.run('getFileContent', { id: file.id, headers: { range: 'bytes=0-9' }, status: 206 })
    const body = { input_file_id: file.id, endpoint: CHAT, completion_window: '24h', metadata: null }
    const { id } = await client.run<Made>('createBatch', { body })
    await client.run('getBatch', { id, ...wait })
    await client.run('getResults', { id, ...wait })
    await client.run('getResults', { id, query: '?order=completion' })
    await client.run('listFiles', { query: '?limit=2&order=asc' })
    await client.run('listBatches')
    const bad = await client.run<Made>('createFile', await form({ purpose: 'batch' }, ['file', '{"no":1}\n']))
    const failed = await client.run<Made>('createBatch', { body: { ...body, input_file_id: bad.id } })
    await client.run('getBatch', { id: failed.id })
    await client.run('deleteFile', { id: file.id })
  })

  it('uploads in parts', async () => {
    const text = `${chatLines(1).join('')}\n`
    const body = { filename: 'a.jsonl', purpose: 'batch', mime_type: 'text/jsonl', bytes: text.length }
    const { id } = await client.run<Made>('createUpload', { body })
    const part = await client.run<Made>('addUploadPart', { id, ...(await form({}, ['data', text])) })
    await client.run('completeUpload', { id, body: { part_ids: [part.id] } })
    const other = await client.run<Made>('createUpload', { body })
    await client.run('cancelUpload', { id: other.id })
  })

  it('webhooks, of the account and of a batch', async () => {
    const url = 'https://hooks.test/in'
    const { id } = await client.run<Made>('createWebhook', {
      body: { url, format: 'slack', description: 'x' },
    })
    await client.run('getWebhook', { id })
    await client.run('changeWebhook', { id, body: { format: 'standard', events: ['batch.created'] } })
    await client.run('listWebhooks')
    await client.run('rotateWebhook', { id })
    await client.run('getWebhookSecret')
    await client.run('rotateWebhookSecret')
    const sent = await client.run<Made>('testWebhook', { id })
    await client.run('replayWebhookDelivery', { id, delivery: sent.id })
    const body = { ...tasks('one'), webhook: { url, events: ['batch.completed'] } }
    const batch = await client.run<Made>('createBatch', { body })
    await client.run('createBatch', { body: { ...tasks('one'), webhook: url } })
    await client.run('getBatch', { id: batch.id, ...wait })
    await until('an attempt', async () => {
      const { data } = await client.run<{ data: Array<{ attempts: number }> }>('listWebhookDeliveries', {
        id,
      })
      return data.some(({ attempts }) => attempts > 0)
    })
    await client.run('changeWebhook', { id, body: { enabled: false } })
    await client.run('testWebhook', { id, status: 400 })
    await client.run('createWebhook', { body: { url: 'http://10.0.0.1/' }, status: 400 })
    await client.run('deleteWebhook', { id })
  })

  it('ordinary calls', async () => {
    const chat = chatOf('gpt-4.1')
    await caller.run('createChatCompletion', { body: chat })
    await caller.run('createChatCompletion', { body: { ...chat, stream: true } })
    await caller.run('createChatCompletion', { body: { ...chat, service_tier: 'flex' } })
    await caller.run('createCompletion', { body: { model: TEXT_MODEL, prompt: 'x' } })
    await caller.run('createResponse', { body: { model: 'gpt-4.1', input: 'x' } })
    await caller.run('createEmbedding', { body: { model: 'text-embedding-3-small', input: 'x' } })
    await caller.run('createChatCompletion', { body: { ...chat, model: 'none' }, status: 400 })
  })

  it("messages, in Anthropic's dialect", async () => {
    const headers = { 'anthropic-version': '2023-06-01' }
    const { messages } = chatOf(CLAUDE)
    const body = { ...chatOf(CLAUDE), max_tokens: 20 }
    await caller.run('createMessage', { headers, body })
    await caller.run('createMessage', { headers, body: { ...body, stream: true } })
    await caller.run('countMessageTokens', { headers, body: { model: CLAUDE, messages } })
    await caller.run('createMessage', { headers, body: { ...body, model: 'none' }, status: 400 })
    await caller.run('createMessage', { body, status: 400 })
    const sampled = { headers: { 'anthropic-version': '2026-10-21' }, body: { ...body, top_k: 1 } }
    await caller.run('createMessage', { ...sampled, status: 400 })
  })

  it('models', async () => {
    await client.run('listModels')
    await client.run('getModel', { id: 'batch-4.1' })
  })

  it('what operators see and do', async () => {
    const account = await operator.run<Made>('adminCreateAccount', { body: { name: 'Documented' } })
    await operator.run('adminChangeAccount', { id: account.id, body: { name: 'Renamed' } })
    await operator.run('adminListAccounts')
    await operator.run('adminGetAccount', { id: 'acct_default' })
    const terms = { models: ['batch-4.1'], expires_at: '2099-01-01T00:00:00Z', spend_limit: '5.00' }
    const key = await operator.run<Made>('adminCreateKey', {
      body: { name: 'k', account: account.id, ...terms },
    })
    await operator.run('adminCreateKey', { body: { name: 'colleague', role: 'operator' } })
    await operator.run('adminListKeys')
    await operator.run('adminGetKey', { id: key.id })
    await operator.run('adminChangeKey', { id: key.id, body: { spend_limit: null } })
    await operator.run('adminRevokeKey', { id: key.id })
    const { data } = await operator.run<{ data: Made[] }>('adminListDeployments')
    await operator.run('adminGetDeployment', { id: data[0]?.id ?? '' })
    const batches = await operator.run<{ data: Made[] }>('adminListBatches')
    const id = batches.data[0]?.id ?? ''
    await operator.run('adminGetBatch', { id })
    await operator.run('adminCancelBatch', { id })
    await operator.run('adminListWaste')
    await operator.run('adminListUsage')
    await operator.run('adminAudit')
  })

  it('probes', async () => {
    await client.run('getLiveness')
    await client.run('getReadiness')
    await operator.run('getMetrics')
    await client.run('getMetrics', { status: 403 })
  })

  it('itself', async () => {
    await client.run('getOpenApi')
  })

  it('refusals', async () => {
    const refused = { isBad: true, status: 400 }
    await client.run('createBatch', { body: { model: 'batch-4.1', tasks: [{ prompt: 7 }] }, ...refused })
    await client.run('createBatch', { body: { model: 'none', tasks: [{ prompt: 'x' }] }, ...refused })
    await client.run('createBatch', { body: 'x', ...refused })
    const many = { model: 'batch-4.1', tasks: Array.from({ length: 1_001 }, () => ({ prompt: 'x' })) }
    await client.run('createBatch', { body: many, ...refused })
    await client.run('getBatch', { id: 'batch_none', status: 404 })
    await client.run('getModel', { id: 'none', status: 404 })
    await client.run('getFile', { id: 'none', status: 404 })
    await client.run('listFiles', { query: '?limit=x', status: 400 })
    await operator.run('getBatch', { id: 'batch_none', status: 403 })
    await client.run('adminAudit', { status: 403 })
    await client.run('adminAudit', { key: 'wrong', status: 401 })
    await operator.run('adminCreateKey', { body: { name: 'k', account: 'x', models: ['y'] }, ...refused })
    await operator.run('adminGetAccount', { id: 'none', status: 404 })
  })

  it('the fields of a native body: those that the server names are those of the document', async () => {
    const unknown = await call(`${server.url}/v1/batches`, {
      key: server.key,
      body: { ...tasks('x'), nonsense: 1 },
    })
    const { message } = unknown.json as { message: string }
    const named = message.slice(message.indexOf('there are ') + 10).split(', ')
    const { components } = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
      components: { schemas: Record<string, { properties: object }> }
    }
    const fields = ['TasksBody', 'InputBody'].flatMap((name) =>
      Object.keys(components.schemas[name]?.properties ?? {}),
    )
    expect(named.toSorted()).toEqual([...new Set(fields)].toSorted())
  })
})
