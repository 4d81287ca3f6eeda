import { formatUsd } from '@sheepfold/gateway'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { batchEnded, create, created } from '../support/batches.ts'
import { changeRows } from '../support/change-rows.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { chatLines, createOf, ended, openaiOf, refusalOf, submit, upload } from '../support/openai.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'

let provider: FakeProvider
let server: TestGateway

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({ provider: provider.url })
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

afterEach(() => provider.refuse())

const BODY = { model: 'batch-4.1', tasks: [{ custom_id: 'a', prompt: 'one' }] }
/** The create is answered before its batch has ended. */
const AT_ONCE = { prefer: 'wait=0' }
const NOTHING_SPENT = '0.00'

interface LimitedKey {
  readonly id: string
  readonly url: string
  readonly key: string
}

const keyWith = async (spend: bigint): Promise<LimitedKey> => {
  const { id, secret } = await server.newKey({ limits: { spend } })
  return { id, url: server.url, key: secret }
}

const spentBy = (key: LimitedKey): Promise<bigint> => server.gateway.store.keys.spentByKey(key.id)

const limitTo = (key: LimitedKey, spend: bigint): Promise<void> =>
  changeRows(server.dataDir, 'UPDATE api_key SET spend_limit = ? WHERE id = ?', [Number(spend), key.id])

/** What is held for one batch of the body. */
const holdOfBody = async (): Promise<bigint> => {
  provider.hold()
  const key = await keyWith(10n ** 12n)
  const { json } = await create(key, BODY, AT_ONCE)
  const held = await spentBy(key)
  provider.open()
  await batchEnded(key, (json as { batch_id: string }).batch_id)
  return held
}

describe('a key that may spend so much', () => {
  it('is told its limit, what it has spent and what a batch would take, and nothing is stored', async () => {
    const key = await keyWith(1n)
    const batches = await server.count('batch')
    const { status, json } = await create(key, BODY)
    expect(status).toBe(402)
    const required = formatUsd(await holdOfBody())
    expect(json).toEqual({
      error: 'spend_limit_reached',
      message: `This key may spend 0.000000001 USD; 0.00 USD are spent or held for batches that run, and this batch would hold ${required} USD`,
      limit: '0.000000001',
      spent: NOTHING_SPENT,
      required,
    })
    expect(await spentBy(key)).toBe(0n)
    // That of the other key alone.
    expect(await server.count('batch')).toBe(batches + 1)
  })

  it('makes batches up to it, and may make the same create again afterwards', async () => {
    const hold = await holdOfBody()
    const key = await keyWith(hold)
    const headers = { 'idempotency-key': 'spent-to-the-last' }
    const first = await create(key, BODY, headers)
    expect(first.status, first.text).toBe(200)
    const { batch_id: id } = first.json as { batch_id: string }
    const { cost } = await batchEnded(key, id)
    const spent = formatUsd(await spentBy(key))
    expect(spent).toBe(cost.batch)
    expect(await create(key, BODY)).toMatchObject({ status: 402, json: { spent } })
    expect(await create(key, BODY, headers)).toMatchObject({ status: 200, json: { batch_id: id } })
  })

  it('makes one of many batches that it asks for at once', async () => {
    const key = await keyWith(await holdOfBody())
    provider.hold()
    const bodies = Array.from({ length: 8 }, (_, index) => ({ ...BODY, metadata: { n: `${index}` } }))
    const statuses = (await Promise.all(bodies.map((body) => create(key, body, AT_ONCE)))).map(
      ({ status }) => status,
    )
    provider.open()
    expect(statuses.toSorted()).toEqual([200, 402, 402, 402, 402, 402, 402, 402])
  })

  it('is refused a batch of a file in the words of that API, and one that its limit takes runs', async () => {
    const key = await keyWith(1n)
    const openai = openaiOf(key)
    const { id } = await upload(openai, chatLines(3))
    const error = await refusalOf(createOf(openai, id))
    expect(error).toMatchObject({ status: 402, code: 'spend_limit_reached' })
    expect(error.message).toContain('This key may spend 0.000000001 USD')
    await limitTo(key, 10n ** 12n)
    expect((await ended(openai, await createOf(openai, id))).status).toBe('completed')
  })

  it('is refused a retry of what has failed, until it may spend more', async () => {
    const key = await keyWith(10n ** 12n)
    const openai = openaiOf(key)
    provider.refuse('text 1')
    const batch = await ended(openai, await submit(openai, chatLines(3)))
    expect(batch.request_counts).toMatchObject({ failed: 1 })
    provider.refuse()
    const spent = await spentBy(key)
    await limitTo(key, spent)
    const retry = () => call(`${server.url}/v1/batches/${batch.id}/retry`, { key: key.key, method: 'POST' })
    const refused = await retry()
    expect(refused).toMatchObject({ status: 402, json: { error: { code: 'spend_limit_reached' } } })
    expect(refused.text).toContain(`${formatUsd(spent)} USD are spent`)
    await limitTo(key, 10n ** 12n)
    expect((await retry()).status).toBe(200)
  })

  it('does not stop the other keys of its account', async () => {
    const key = await keyWith(1n)
    expect((await create(key, BODY)).status).toBe(402)
    await batchEnded(server, (await created(server, BODY)).batch_id)
  })
})
