import { rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openGateway } from '../support/gateway.ts'
import { openaiOf } from '../support/openai.ts'
import {
  DONE,
  type ScriptedProvider,
  startScriptedProvider,
  stopChunk,
  textChunk,
  usageChunk,
} from '../support/scripted-provider.ts'

const chat = { model: 'gpt-4.1', messages: [{ role: 'user' as const, content: 'hi' }], stream: true as const }

const HOUR_MS = 3_600_000

/** A stream whose first event its client has got. */
const openStream = async () => {
  const provider = await startScriptedProvider()
  const server = await openGateway({ provider: provider.url })
  const asked = openaiOf(server).chat.completions.create(chat)
  const sent = await provider.next()
  sent.begin()
  sent.write(textChunk('one'))
  const events = (await asked)[Symbol.asyncIterator]()
  expect((await events.next()).value?.choices[0]?.delta.content).toBe('one')
  return { provider, server, sent, events }
}

/** The server has stopped: what is left of it are its files. */
const clear = async (provider: ScriptedProvider, dataDir: string): Promise<void> => {
  rmSync(dataDir, { recursive: true, force: true })
  await provider.close()
}

describe('a server that stops while a stream runs', () => {
  it('lets it end, within the time that calls in flight have', async () => {
    const { provider, server, sent, events } = await openStream()
    let hasStopped = false
    const stopping = server.gateway.stop(HOUR_MS).then(() => {
      hasStopped = true
    })
    sent.write(textChunk('two'))
    expect((await events.next()).value?.choices[0]?.delta.content).toBe('two')
    expect(hasStopped).toBe(false)
    sent.write(stopChunk + usageChunk + DONE)
    sent.end()
    expect((await events.next()).done).toBe(false)
    expect((await events.next()).done).toBe(true)
    await stopping
    await clear(provider, server.dataDir)
  })

  it('ends it with an error when that time is over, at the provider too', async () => {
    const { provider, server, sent, events } = await openStream()
    const cut = events.next().then(
      () => undefined,
      (reason: unknown) => reason,
    )
    await server.gateway.stop(0)
    await sent.left
    expect(await cut).toMatchObject({ code: 'stream_broken' })
    await clear(provider, server.dataDir)
  })
})
