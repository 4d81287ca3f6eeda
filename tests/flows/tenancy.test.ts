import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchNow, created, resultsEnded } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'

/** What belongs to another account answers exactly as what does not exist. */

let provider: FakeProvider
let server: TestGateway
let stranger: string
let theirs: string
const ABSENT = 'batch_0000000000000000000000'

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({ provider: provider.url })
  stranger = (await server.newKey({ account: 'acct_other' })).secret
  theirs = (await created(server, { model: 'batch-4.1', tasks: [{ prompt: 'secret' }] })).batch_id
  await resultsEnded(server, theirs)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

/** All that a caller can tell two answers apart by, the id that it gave itself put aside. */
const seenAs = async (method: string, path: string, id: string) => {
  const url = `${server.url}${path.replace('{id}', id)}`
  const { status, headers, text } = await call(url, { method, key: stranger })
  const names = [...headers.keys()].toSorted()
  return { status, names, text: text.replaceAll(id, '{id}') }
}

describe('an id of another account', () => {
  it.each([
    ['GET', '/v1/batches/{id}'],
    ['HEAD', '/v1/batches/{id}'],
    ['GET', '/v1/batches/{id}/results'],
    ['POST', '/v1/batches/{id}/cancel'],
    ['DELETE', '/v1/batches/{id}'],
    ['PUT', '/v1/batches/{id}'],
    ['GET', '/v1/batches/{id}/output'],
  ])('answers to %s %s as one that does not exist', async (method, path) => {
    const foreign = await seenAs(method, path, theirs)
    expect(foreign).toEqual(await seenAs(method, path, ABSENT))
    if (method !== 'PUT') expect(foreign.status).toBe(404)
  })

  it('does not wait for the end of a batch that runs', async () => {
    provider.hold()
    const { batch_id } = await created(server, { model: 'batch-4.1', tasks: [{ prompt: 'p' }] })
    await provider.waiting(1)
    for (const path of ['/v1/batches/{id}', '/v1/batches/{id}/results']) {
      expect(await seenAs('GET', path, batch_id)).toEqual(await seenAs('GET', path, ABSENT))
    }
    provider.open()
  })

  it('changes nothing of it', async () => {
    expect((await batchNow(server, theirs)).status).toBe('completed')
    expect((await resultsEnded(server, theirs)).results).toHaveLength(1)
  })

  it('does not matter within a body: ids of requests are its own', async () => {
    const body = { model: 'batch-4.1', tasks: [{ custom_id: theirs, prompt: 'mine' }] }
    const batch = await created({ url: server.url, key: stranger }, body)
    const { results } = await resultsEnded({ url: server.url, key: stranger }, batch.batch_id)
    expect(results).toMatchObject([{ custom_id: theirs, output: 're: "mine"' }])
  })
})
