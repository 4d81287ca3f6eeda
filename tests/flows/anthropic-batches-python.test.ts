import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestGateway } from '../support/gateway.ts'
import {
  type MessagesProvider,
  openMessagesGateway,
  startMessagesProvider,
} from '../support/message-batches.ts'
import { pythonClient } from '../support/python.ts'
import { type TempDir, tempDir } from '../support/temp-dir.ts'

const folder: TempDir = tempDir()
const python = pythonClient('anthropic==2.14.0', folder.path)

describe.runIf(python.isInstalled)("Anthropic's own Python client", () => {
  let provider: MessagesProvider
  let server: TestGateway

  beforeAll(async () => {
    provider = await startMessagesProvider()
    provider.hold('wait')
    server = await openMessagesGateway(provider)
  })

  afterAll(async () => {
    await server.stop()
    await provider.close()
    folder[Symbol.dispose]()
  })

  it('does all that it can do with batches of messages', async () => {
    const [lister, narrow, forgetful] = await Promise.all([
      server.newKey({ account: 'acct_lister' }),
      server.newKey({ account: 'acct_narrow', models: ['batch-pro'] }),
      server.newKey({ account: 'acct_forgetful' }),
    ])
    const end = await python.run('anthropic_batches.py', {
      BASE_URL: server.url,
      API_KEY: server.key,
      LISTER_KEY: lister.secret,
      NARROW_KEY: narrow.secret,
      FORGETFUL_KEY: forgetful.secret,
    })
    expect(end.stderr).toBe('')
    expect(end.stdout.trimEnd().split('\n')).toEqual([
      'batches',
      'cancelled_batches',
      'lists',
      'deletion',
      'typed_errors',
      'lost_replies',
    ])
  })
})
