import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { pythonClient } from '../support/python.ts'
import {
  chatAnswer,
  DONE,
  type ScriptedCall,
  startScriptedProvider,
  stopChunk,
  textChunk,
  usageChunk,
} from '../support/scripted-provider.ts'
import { type TempDir, tempDir } from '../support/temp-dir.ts'

const folder: TempDir = tempDir()
const python = pythonClient('openai==3.57.0', folder.path)

const REFUSED = { error: { message: 'Not this.', type: 't', param: 'messages', code: 'c' } }

/** Says what the user said, in two pieces where a stream is asked for. */
const reply = (call: ScriptedCall): void => {
  const said = JSON.stringify(call.json.messages)
  if (said.includes('refuse')) call.answer(422, REFUSED)
  else if (call.json.stream !== true) call.answer(200, chatAnswer('re: hello'))
  else stream(call, said.includes('break'))
}

const stream = (call: ScriptedCall, breaks: boolean): void => {
  call.begin()
  call.write(textChunk('re: '))
  if (breaks) {
    // What was written goes out before the connection breaks.
    setImmediate(() => call.reset())
    return
  }
  call.write(textChunk('hello') + stopChunk + usageChunk + DONE)
  call.end()
}

describe.runIf(python.isInstalled)("OpenAI's own Python client", () => {
  let provider: FakeProvider
  let server: TestGateway

  beforeAll(async () => {
    provider = await startFakeProvider()
    provider.refuse('refuse me')
    server = await openGateway({
      provider: provider.url,
      adapt: (config) => ({ ...config, webhooks: { ...config.webhooks, allowedHosts: ['127.0.0.1'] } }),
    })
  })

  afterAll(async () => {
    await server.stop()
    await provider.close()
    folder[Symbol.dispose]()
  })

  it('does all that it can do with files, uploads, batches and models', async () => {
    const [stranger, narrow] = await Promise.all([
      server.newKey({ account: 'acct_other' }),
      server.newKey({ account: 'acct_narrow', models: ['batch-pro'] }),
    ])
    const end = await python.run('openai_batches.py', {
      BASE_URL: server.url,
      API_KEY: server.key,
      STRANGER_KEY: stranger.secret,
      NARROW_KEY: narrow.secret,
    })
    expect(end.stderr).toBe('')
    expect(end.stdout.trimEnd().split('\n')).toEqual([
      'files',
      'uploads',
      'batches',
      'failed_batches',
      'retries_of_error_files',
      'models',
      'typed_errors',
      'lost_replies',
      'webhooks',
    ])
  })

  it('makes ordinary calls, and takes streams', async () => {
    const scripted = await startScriptedProvider()
    scripted.always(reply)
    const gateway = await openGateway({ provider: scripted.url })
    const end = await python.run('openai_realtime.py', { BASE_URL: gateway.url, API_KEY: gateway.key })
    await gateway.stop()
    await scripted.close()
    expect(end.stderr).toBe('')
    expect(end.stdout.trimEnd().split('\n')).toEqual([
      'whole_answers',
      'streams',
      'a_stream_that_breaks_throws',
      'errors_of_the_provider',
    ])
  })
})
