import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchEnded, created } from '../support/batches.ts'
import { sheepfold } from '../support/command.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { deliverySeen } from '../support/webhooks.ts'

/** `sheepfold webhooks …` beside a server, as somebody sets an endpoint up and looks after it. */

let provider: FakeProvider
let server: TestGateway
let receiver: Receiver

beforeAll(async () => {
  provider = await startFakeProvider()
  receiver = await startReceiver()
  server = await openGateway({
    provider: provider.url,
    adapt: (config) => ({
      ...config,
      webhooks: { ...config.webhooks, allowedHosts: ['127.0.0.1'], lookMs: 20 },
    }),
  })
})

afterAll(async () => {
  await server.stop()
  await Promise.all([provider.close(), receiver.close()])
})

const webhooks = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await sheepfold(
    'webhooks',
    ...args,
    ...['--base-url', server.url, '--api-key', server.key],
  )
  expect([args, code, stderr]).toEqual([args, 0, expect.any(String)])
  return stdout
}

describe('sheepfold webhooks', () => {
  it('adds, tests, shows, replays, disables and removes', async () => {
    expect(await webhooks('list')).toBe('There are no webhooks.\n')
    const added = await webhooks(
      'add',
      `${receiver.url}/cli`,
      '--events',
      'completed',
      '--description',
      'ours',
    )
    const id = /webhook_\w+/.exec(added)?.[0] ?? ''
    expect(added).toContain('whsec_')
    expect(await webhooks('list')).toMatch(
      new RegExp(`${id} +enabled +standard +completed +${receiver.url}/cli`),
    )
    expect(await webhooks('test', id)).toContain('(webhook.test) is on its way.')
    await receiver.gotType('webhook.test')
    const { batch_id } = await created(server, { model: 'batch-4.1', tasks: [{ prompt: 'x' }] })
    await batchEnded(server, batch_id)
    const event = await receiver.gotType('batch.completed', batch_id)
    await deliverySeen(server, id, 'batch.completed', ({ state }) => state === 'delivered')
    expect(await webhooks('deliveries', id)).toMatch(
      new RegExp(`${event.id} +batch\\.completed +delivered +1 `),
    )
    const before = receiver.received.length
    await webhooks('replay', id, event.id)
    expect((await receiver.got(before + 1)).at(-1)?.id).toBe(event.id)
    expect(await webhooks('disable', id)).toContain('disabled: disabled by its owner')
    expect(JSON.parse(await webhooks('enable', id, '--json'))).toMatchObject({ id, enabled: true })
    expect(await webhooks('remove', id)).toBe(`${id} is removed.\n`)
    expect(JSON.parse(await webhooks('list', '--json'))).toEqual({ data: [], has_more: false })
  })

  it('says what the server says against an address', async () => {
    const refused = await sheepfold(
      ...['webhooks', 'add', 'http://10.0.0.1/', '--base-url', server.url, '--api-key', server.key],
    )
    expect(refused.code).not.toBe(0)
    expect(refused.stderr).toContain('is in a private network, which is not called from here')
  })
})
