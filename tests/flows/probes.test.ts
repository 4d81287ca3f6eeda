import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { until } from '../support/wait.ts'

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

const checksOf = (answer: { json: unknown }): Record<string, boolean> => {
  const { checks } = answer.json as { checks: ReadonlyArray<{ name: string; ok: boolean }> }
  return Object.fromEntries(checks.map(({ name, ok }) => [name, ok]))
}

describe('probes', () => {
  it.each(['/livez', '/readyz'])('%s answers without a key, to GET and HEAD', async (path) => {
    const answer = await call(`${server.url}${path}`)
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
    const head = await call(`${server.url}${path}`, { method: 'HEAD' })
    expect([head.status, head.text]).toEqual([200, ''])
    expect((await call(`${server.url}${path}`, { method: 'POST', body: {} })).status).toBe(405)
  })

  it('say of a good server what was looked at', async () => {
    const answer = await call(`${server.url}/readyz`)
    expect(answer.json).toMatchObject({ status: 'ready' })
    expect(checksOf(answer)).toEqual({ store: true, worker: true, disk: true, shutdown: true })
  })

  it('say that a full disk keeps it from working, and that it is alive all the same', async () => {
    const { execute } = server.config
    server.gateway.reconfigure({
      ...server.config,
      execute: { ...execute, diskFreeBytesMin: Number.MAX_SAFE_INTEGER },
    })
    const answer = await until('the disk to be looked at', async () => {
      const looked = await call(`${server.url}/readyz`)
      return looked.status === 503 && looked
    })
    expect(answer.json).toMatchObject({ status: 'not_ready' })
    expect(checksOf(answer)).toEqual({ store: true, worker: true, disk: false, shutdown: true })
    expect(answer.text).toContain('MiB left')
    expect((await call(`${server.url}/livez`)).status).toBe(200)
    server.gateway.reconfigure(server.config)
    await until('it to be ready again', async () => (await call(`${server.url}/readyz`)).status === 200)
  })
})
