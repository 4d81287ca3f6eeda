import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { pythonClient } from '../support/python.ts'
import {
  END,
  errorAnswer,
  messageAnswer,
  START,
  speaksAnthropic,
  textDelta,
} from '../support/scripted-anthropic.ts'
import {
  type ScriptedCall,
  type ScriptedProvider,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import { type TempDir, tempDir } from '../support/temp-dir.ts'

const folder: TempDir = tempDir()
const python = pythonClient('anthropic==2.14.0', folder.path)

/** Says what the user said, in two pieces where a stream is asked for. */
const reply = (call: ScriptedCall): void => {
  const said = JSON.stringify(call.json.messages)
  if (said.includes('refuse')) call.answer(400, errorAnswer('invalid_request_error', 'Not this.'))
  else if (call.json.stream !== true) call.answer(200, messageAnswer('re: hello'))
  else stream(call, said.includes('break'))
}

const stream = (call: ScriptedCall, breaks: boolean): void => {
  call.begin()
  call.write(START + textDelta('re: '))
  if (breaks) {
    // What was written goes out before the connection breaks.
    setImmediate(() => call.reset())
    return
  }
  call.write(textDelta('hello') + END)
  call.end()
}

describe.runIf(python.isInstalled)("Anthropic's own Python client", () => {
  let provider: ScriptedProvider
  let server: TestGateway

  beforeAll(async () => {
    provider = await startScriptedProvider()
    provider.always(reply)
    server = await openGateway({ provider: provider.url, adapt: speaksAnthropic })
  })

  afterAll(async () => {
    await server.stop()
    await provider.close()
    folder[Symbol.dispose]()
  })

  it('makes calls, takes streams, reads models and errors', async () => {
    const narrow = await server.newKey({ models: ['gpt-4.1'] })
    const limited = await server.newKey({ limits: { requestsPerMinute: 1 } })
    const end = await python.run('anthropic_messages.py', {
      BASE_URL: server.url,
      API_KEY: server.key,
      NARROW_KEY: narrow.secret,
      LIMITED_KEY: limited.secret,
    })
    expect(end.stderr).toBe('')
    expect(end.stdout.trimEnd().split('\n')).toEqual([
      'whole_answers',
      'both_headers_and_all_versions',
      'streams',
      'a_stream_that_breaks_throws',
      'typed_errors',
      'models',
      'counted_tokens',
    ])
  })
})
