import { tmpdir } from 'node:os'
import { createClient } from '@sheepfold/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type OpenAiDouble,
  openAiKey,
  type SeenRequest,
  startOpenAiDouble,
} from '../../testing/openai-double.ts'
import type { BatchBody, CreateOrder } from './batch-api.ts'
import { openAiApi } from './openai-api.ts'

let double: OpenAiDouble
beforeEach(async () => {
  double = await startOpenAiDouble()
})
afterEach(() => double.close())

const settings = { model: 'gpt-4.1', sampling: {}, prompt: { template: undefined, field: undefined } }

const apiOf = () =>
  openAiApi(createClient({ baseUrl: double.url, apiKey: openAiKey, retriesMax: 2, backoffMs: 1 }), settings, {
    keepsIdempotencyKeys: false,
    listedAfterMs: 1,
    busyWaitMs: 1,
    spoolFolder: tmpdir(),
  })

async function* records() {
  yield [{ custom_id: 'a', prompt: 'x' }]
}

const orderOf = async (rest: Partial<CreateOrder> = {}) => {
  const body: BatchBody = await apiOf().compose(records())
  const uploads: string[] = []
  const order: CreateOrder = {
    idempotencyKey: 'key-1',
    body: async () => body,
    fileId: undefined,
    inDoubt: false,
    onUploaded: (id) => uploads.push(id),
    say: () => {},
    signal: new AbortController().signal,
    ...rest,
  }
  return { order, uploads, body }
}

const isCreate = ({ method, path }: SeenRequest) => method === 'POST' && path === '/v1/batches'

describe("a create in OpenAI's dialect", () => {
  it('whose reply is lost finds the batch that it made', async () => {
    let creates = 0
    double.after = (request) => isCreate(request) && creates++ === 0
    const { order, body } = await orderOf()
    expect(await apiOf().create(order)).toMatchObject({ batch_id: 'batch_1', status: 'in_progress' })
    expect(double.batches).toHaveLength(1)
    expect(creates).toBe(1)
    body.discard()
  })

  it('that never arrived is made, once', async () => {
    let creates = 0
    double.before = (request) => isCreate(request) && creates++ === 0
    const { order, body } = await orderOf()
    expect(await apiOf().create(order)).toMatchObject({ batch_id: 'batch_1' })
    expect(creates).toBe(2)
    body.discard()
  })

  it('of an earlier run in doubt uses its file and adopts its batch', async () => {
    const { order, uploads, body } = await orderOf()
    await apiOf().create(order)
    const [fileId] = uploads
    expect(fileId).toBe('file-1')
    // So many others since then that it is not on the first page.
    for (let other = 0; other < 120; other++)
      await apiOf().create({ ...order, idempotencyKey: `other-${other}`, fileId })
    const again = await orderOf({ inDoubt: true, fileId, body: () => Promise.reject(new Error('read')) })
    expect(await apiOf().create(again.order)).toMatchObject({ batch_id: 'batch_1' })
    expect(double.batches).toHaveLength(121)
    body.discard()
    again.body.discard()
  })

  it('of an earlier run that never arrived is made now', async () => {
    const { order, uploads, body } = await orderOf()
    double.before = isCreate
    await expect(apiOf().create(order)).rejects.toMatchObject({ code: 'unreachable' })
    double.before = () => false
    const [fileId] = uploads
    const again = await orderOf({ inDoubt: true, fileId })
    expect(await apiOf().create(again.order)).toMatchObject({ batch_id: 'batch_1' })
    expect(double.batches[0]?.inputFileId).toBe('file-1')
    body.discard()
    again.body.discard()
  })

  it('is not repeated where it was refused', async () => {
    const { order, body } = await orderOf({ fileId: 'file-99' })
    await expect(apiOf().create(order)).rejects.toMatchObject({ status: 404, code: 'invalid_request_error' })
    body.discard()
  })
})
