import fc from 'fast-check'
import OpenAI, { APIError, RateLimitError } from 'openai'
import { Stream } from 'openai/streaming'
import { afterEach, describe, expect, it } from 'vitest'
import type { Fault } from '../core/options.ts'
import type { SimulatorServer, SimulatorServerOptions } from './server.ts'
import { startSimulator } from './server.ts'

const running: SimulatorServer[] = []

const start = async (options: SimulatorServerOptions = {}) => {
  const server = await startSimulator(options)
  running.push(server)
  const client = new OpenAI({
    apiKey: 'sk-good',
    baseURL: `${server.url}/v1`,
    maxRetries: 0,
    logLevel: 'off',
  })
  return { client, simulator: server.simulator }
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()))
})

const chat = {
  model: 'gpt-4.1',
  messages: [{ role: 'user' as const, content: 'What is a sheepfold? 양 우리' }],
}
const text = { model: 'gpt-3.5-turbo-instruct', prompt: '양 우리', max_tokens: 20 }
const response = { model: 'gpt-4.1', input: 'What is a sheepfold?' }

const all = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const seen: Item[] = []
  for await (const item of items) seen.push(item)
  return seen
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** What came before the stream failed, and what it failed with, where it did. */
const untilItFails = async <Item>(items: AsyncIterable<Item>) => {
  const seen: Item[] = []
  try {
    for await (const item of items) seen.push(item)
    return { seen, error: undefined }
  } catch (error) {
    return { seen, error }
  }
}

describe('the official client gets', () => {
  it('a chat completion chunk by chunk, with its usage', async () => {
    const { client, simulator } = await start()
    const options = { include_usage: true }
    const chunks = await all(
      await client.chat.completions.create({ ...chat, stream: true, stream_options: options }),
    )
    const whole = await client.chat.completions.create(chat)
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(
      simulator.expectedAnswer(chat),
    )
    expect(chunks.at(-1)?.usage).toEqual(whole.usage)
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe(whole.choices[0]?.finish_reason)
  })

  it('chat completions that its helper puts together', async () => {
    const { client, simulator } = await start({ defaults: { firstByteMs: 2, tokenMs: 1 } })
    const stream = client.chat.completions.stream({ ...chat, stream_options: { include_usage: true } })
    const deltas: string[] = []
    stream.on('content', (delta) => deltas.push(delta))
    expect(await stream.finalContent()).toBe(simulator.expectedAnswer(chat))
    expect(deltas.join('')).toBe(simulator.expectedAnswer(chat))
    const whole = await client.chat.completions.create({ ...chat, n: 2 })
    const both = await client.chat.completions.stream({ ...chat, n: 2 }).finalChatCompletion()
    expect(both.choices.map(({ message }) => message.content)).toEqual(
      whole.choices.map(({ message }) => message.content),
    )
    const { completion_tokens } = await stream.totalUsage()
    expect(completion_tokens).toBe(deltas.length)
  })

  it('a text completion, with the prompt before it', async () => {
    const { client, simulator } = await start()
    const body = { ...text, echo: true }
    const chunks = await all(await client.completions.create({ ...body, stream: true }))
    expect(chunks.map(({ choices }) => choices[0]?.text).join('')).toBe(
      simulator.expectedAnswer(body, '/v1/completions'),
    )
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('length')
  })

  it('a response, event by event and put together by its helper', async () => {
    const { client, simulator } = await start()
    const expected = simulator.expectedAnswer(response, '/v1/responses')
    const events = await all(await client.responses.create({ ...response, stream: true }))
    const deltas = events.flatMap((event) => (event.type === 'response.output_text.delta' ? event.delta : []))
    expect(deltas.join('')).toBe(expected)
    const last = events.at(-1)
    expect(last?.type === 'response.completed' && last.response.usage?.output_tokens).toBe(deltas.length)
    const final = await client.responses.stream(response).finalResponse()
    expect([final.status, final.output_text]).toEqual(['completed', expected])
  })

  it('a response that it parses by a schema, and one that the limit struck', async () => {
    const { client } = await start()
    const format = { type: 'json_schema' as const, name: 'answer', schema: { type: 'object' }, strict: true }
    const parsed = await client.responses.stream({ ...response, text: { format } }).finalResponse()
    expect(JSON.parse(parsed.output_text)).toEqual({ answer: expect.any(String) })
    const events = await all(
      await client.responses.create({ ...response, max_output_tokens: 16, stream: true }),
    )
    const last = events.at(-1)
    expect(last?.type === 'response.incomplete' && last.response.incomplete_details?.reason).toBe(
      'max_output_tokens',
    )
  })

  it('the first events while the rest is not there yet, and may leave', async () => {
    const { client, simulator } = await start({ defaults: { tokenMs: 3_600_000 } })
    const begin = [
      () => client.chat.completions.create({ ...chat, stream: true }),
      () => client.completions.create({ ...text, echo: true, stream: true }),
      () => client.responses.create({ ...response, stream: true }),
    ]
    for (const begun of begin) {
      const stream = await begun()
      const first = await stream[Symbol.asyncIterator]().next()
      expect(first.done).toBe(false)
      expect(simulator.stats()).toMatchObject({ running: 1 })
      stream.controller.abort()
      while (simulator.stats().running > 0) await nextTurn()
    }
    expect(simulator.stats().outcomes).toEqual({ client_gone: 3 })
    expect([...simulator.tape()]).toMatchObject([
      { outcome: 'client_gone', status: 200 },
      { outcome: 'client_gone', status: 200 },
      { outcome: 'client_gone', status: 200 },
    ])
    expect(simulator.stats().models['gpt-4.1']).toMatchObject({ running: 0, answered: 2 })
  })

  it('the same text wherever the bytes are cut', async () => {
    const { client, simulator } = await start()
    const bytes = Buffer.from(
      await (
        await client.completions.create({ ...text, echo: true, stream: true }).asResponse()
      ).arrayBuffer(),
    )
    const expected = simulator.expectedAnswer({ ...text, echo: true }, '/v1/completions')
    const cuts = fc.array(fc.nat(bytes.length), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const at = [0, ...places.sort((one, other) => one - other), bytes.length]
        const pieces = at.slice(1).map((end, n) => bytes.subarray(at[n], end))
        const body = ReadableStream.from(pieces.filter((piece) => piece.length > 0))
        const stream = Stream.fromSSEResponse<OpenAI.Completion>(new Response(body), new AbortController())
        const texts = (await all(stream)).map(({ choices }) => choices[0]?.text)
        expect(texts.join('')).toBe(expected)
      }),
      { numRuns: 50 },
    )
  })
})

describe('the official client sees', () => {
  const chunksUnder = async (fault: Fault) => {
    const { client, simulator } = await start({ faults: [fault] })
    const seen = await untilItFails(await client.chat.completions.create({ ...chat, stream: true }))
    while (simulator.stats().running > 0) await nextTurn()
    return { ...seen, tape: [...simulator.tape()] }
  }

  it('a reset after so many events', async () => {
    const { seen, error, tape } = await chunksUnder({ kind: 'stream_reset', afterEvents: 4 })
    expect(seen).toHaveLength(4)
    expect(error).toBeInstanceOf(Error)
    expect(tape).toMatchObject([{ outcome: 'stream_reset', status: 200 }])
  })

  it('a reset after the head alone', async () => {
    const { seen, error } = await chunksUnder({ kind: 'stream_reset', afterEvents: 0 })
    expect([seen, error instanceof Error]).toEqual([[], true])
  })

  it('an error in the place of an event', async () => {
    const { seen, error, tape } = await chunksUnder({ kind: 'stream_error', afterEvents: 3 })
    expect(seen).toHaveLength(3)
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ type: 'server_error', error: { message: expect.any(String) } })
    expect(tape).toMatchObject([{ outcome: 'stream_error' }])
  })

  it('an error in a response', async () => {
    const { client } = await start({ faults: [{ kind: 'stream_error', afterEvents: 6 }] })
    const { seen, error } = await untilItFails(await client.responses.create({ ...response, stream: true }))
    expect(seen).toHaveLength(6)
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ code: 'server_error' })
  })

  it('an end without the last event, of which it does not complain', async () => {
    const { seen, error } = await chunksUnder({ kind: 'stream_unfinished' })
    expect(error).toBeUndefined()
    expect(seen.at(-1)?.choices[0]?.finish_reason).toBe('stop')
    const { client } = await start({ faults: [{ kind: 'stream_unfinished' }] })
    const final = await client.responses.stream(response).finalResponse()
    expect([final.status, final.usage]).toEqual(['in_progress', null])
  })

  it('an end in the middle of an event', async () => {
    const { seen, error } = await chunksUnder({ kind: 'stream_cut', afterEvents: 5 })
    expect(seen).toHaveLength(5)
    expect(error).toBeInstanceOf(Error)
  })

  it('one event that is no JSON', async () => {
    const { seen, error } = await chunksUnder({ kind: 'stream_invalid_json', afterEvents: 2 })
    expect(seen).toHaveLength(2)
    expect(error).toBeInstanceOf(SyntaxError)
  })

  it('silence, until it leaves', async () => {
    const { client, simulator } = await start({ faults: [{ kind: 'stream_hang', afterEvents: 2 }] })
    const stream = await client.chat.completions.create({ ...chat, stream: true })
    const seen: unknown[] = []
    for await (const chunk of stream) {
      seen.push(chunk)
      if (seen.length === 2) break
    }
    while (simulator.stats().running > 0) await nextTurn()
    expect([...simulator.tape()]).toMatchObject([{ outcome: 'client_gone', status: 200 }])
  })

  it('nothing of pieces that cut events and characters in two', async () => {
    const { client, simulator } = await start({ faults: [{ kind: 'stream_split', bytes: 1 }] })
    const body = { ...text, echo: true }
    const { seen, error } = await untilItFails(await client.completions.create({ ...body, stream: true }))
    expect(error).toBeUndefined()
    expect(seen.map(({ choices }) => choices[0]?.text).join('')).toBe(
      simulator.expectedAnswer(body, '/v1/completions'),
    )
  })

  it('what is refused before a stream begins', async () => {
    const { client } = await start({
      faults: [
        { kind: 'rate_limit', nth: 1 },
        { kind: 'reset_before', nth: 1 },
      ],
    })
    const begun = () =>
      client.chat.completions.create({ ...chat, stream: true }).then(
        () => undefined,
        (error: unknown) => error,
      )
    expect(await begun()).toBeInstanceOf(RateLimitError)
    expect(await begun()).toBeInstanceOf(OpenAI.APIConnectionError)
    expect(await begun()).toBeUndefined()
  })
})
