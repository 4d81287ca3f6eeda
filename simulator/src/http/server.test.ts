import { connect } from 'node:net'
import OpenAI, { AuthenticationError, BadRequestError, NotFoundError, RateLimitError } from 'openai'
import { request } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import type { SimulatorServer, SimulatorServerOptions } from './server.ts'
import { startSimulator } from './server.ts'

const running: SimulatorServer[] = []

const start = async (options: SimulatorServerOptions = {}): Promise<SimulatorServer> => {
  const server = await startSimulator(options)
  running.push(server)
  return server
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()))
})

const ask = (content: string, more: Record<string, unknown> = {}) =>
  JSON.stringify({ model: 'gpt-4.1', messages: [{ role: 'user', content }], ...more })

const post = (url: string, body: string, headers: Record<string, string> = {}) =>
  request(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    reset: true,
  })

/** Writes the bytes as they are; resolves with all that comes back until the server closes. */
const raw = (port: number, ...pieces: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => {
      for (const piece of pieces) socket.write(piece, 'latin1')
    })
    socket.setEncoding('latin1')
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(text))
  })

describe('the official client', () => {
  const client = (url: string, apiKey = 'sk-good') =>
    new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 })
  const message = { role: 'user', content: 'What is a sheepfold? 양 우리' } as const

  it('gets completions and models', async () => {
    const { url, simulator } = await start()
    const body = { model: 'gpt-4.1', messages: [message] }
    const completion = await client(url).chat.completions.create(body)
    expect(completion.choices[0]?.message.content).toBe(simulator.expectedAnswer(body))
    expect(completion._request_id).toMatch(/^req_/)
    const models = await client(url).models.list()
    expect(models.data.map(({ id }) => id)).toContain('gpt-4.1')
    expect((await client(url).models.retrieve('gpt-4.1')).id).toBe('gpt-4.1')
  })

  it('throws its own errors', async () => {
    const { url } = await start({ keys: ['sk-good'], models: { 'gpt-4o': { requestsPerMinute: 1 } } })
    const failing = (model: string, apiKey?: string, more: Record<string, unknown> = {}) =>
      client(url, apiKey)
        .chat.completions.create({ model, messages: [message], ...more })
        .then(
          () => undefined,
          (error: unknown) => error,
        )
    const unknown = await failing('gpt-17')
    expect(unknown).toBeInstanceOf(NotFoundError)
    expect(unknown).toMatchObject({ status: 404, code: 'model_not_found' })
    expect(await failing('gpt-4.1', 'sk-bad')).toBeInstanceOf(AuthenticationError)
    const tooWarm = await failing('gpt-4.1', 'sk-good', { temperature: 9 })
    expect(tooWarm).toBeInstanceOf(BadRequestError)
    expect(tooWarm).toMatchObject({ param: 'temperature', requestID: expect.stringMatching(/^req_/) })
    expect(await failing('gpt-4o')).toBeUndefined()
    const limited = await failing('gpt-4o')
    expect(limited).toBeInstanceOf(RateLimitError)
    expect(limited).toMatchObject({ code: 'rate_limit_exceeded', type: 'requests' })
  })
})

describe('faults on the wire', () => {
  it('a reset before the body gives no answer at all', async () => {
    const { url } = await start({ faults: [{ kind: 'reset_before' }] })
    await expect(post(url, ask('hi'))).rejects.toMatchObject({
      code: expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/),
    })
  })

  it('a reset in the middle comes after the headers', async () => {
    const { url } = await start({ faults: [{ kind: 'reset_mid' }] })
    const { statusCode, headers, body } = await post(url, ask('hi'))
    expect(statusCode).toBe(200)
    let received = 0
    const reading = (async () => {
      for await (const chunk of body) received += chunk.length
    })()
    await expect(reading).rejects.toThrow()
    expect(received).toBeGreaterThan(0)
    expect(received).toBeLessThan(Number(headers['content-length']))
  })

  it('a hang answers nothing until the caller gives up, and is counted as that', async () => {
    const { url, simulator } = await start({ faults: [{ kind: 'hang' }] })
    const giveUp = new AbortController()
    const call = request(`${url}/v1/chat/completions`, {
      method: 'POST',
      body: ask('hi'),
      signal: giveUp.signal,
    })
    while (simulator.stats().running === 0) await new Promise((resolve) => setImmediate(resolve))
    giveUp.abort()
    await expect(call).rejects.toThrow('aborted')
    while (simulator.stats().running > 0) await new Promise((resolve) => setImmediate(resolve))
    expect([...simulator.tape()]).toMatchObject([{ outcome: 'client_gone', status: 0 }])
  })

  it('a cut body has the right length and is no JSON; others say what they are', async () => {
    const { url } = await start({
      faults: [
        { kind: 'truncated_json', nth: 1 },
        { kind: 'wrong_content_type', nth: 1 },
        { kind: 'empty_body', nth: 1 },
        { kind: 'rate_limit', nth: 1, retryAfterSeconds: 7 },
        { kind: 'overloaded', nth: 1 },
      ],
    })
    const cut = await post(url, ask('hi'))
    const cutText = await cut.body.text()
    expect(Buffer.byteLength(cutText)).toBe(Number(cut.headers['content-length']))
    expect(() => JSON.parse(cutText)).toThrow()
    const html = await post(url, ask('hi'))
    expect([html.statusCode, html.headers['content-type']]).toEqual([200, 'text/html'])
    expect(await html.body.text()).toContain('<html>')
    const nothing = await post(url, ask('hi'))
    expect([nothing.statusCode, await nothing.body.text()]).toEqual([200, ''])
    const storm = await post(url, ask('hi'))
    expect([storm.statusCode, storm.headers['retry-after']]).toEqual([429, '7'])
    await storm.body.dump()
    const overloaded = await post(url, ask('hi'))
    expect(overloaded.statusCode).toBe(529)
    await overloaded.body.dump()
  })

  it('an answer of 70 MB arrives whole, and a client that leaves in the middle stops it', async () => {
    const { url, simulator } = await start({ faults: [{ kind: 'huge_answer' }] })
    const { body, headers } = await post(url, ask('hi'))
    let received = 0
    for await (const chunk of body) received += chunk.length
    expect(received).toBe(Number(headers['content-length']))
    expect(received).toBeGreaterThan(70_000_000)
    const broken = await post(url, ask('hi'))
    broken.body.destroy()
    broken.body.on('error', () => undefined)
    while (simulator.stats().running > 0) await new Promise((resolve) => setImmediate(resolve))
    expect([...simulator.tape()].at(-1)).toMatchObject({ outcome: 'client_gone' })
  })

  it('a slow answer comes whole', async () => {
    const { url, simulator } = await start({ faults: [{ kind: 'slow', delayMs: 5, bodyDelayMs: 20 }] })
    const { body } = await post(url, ask('hi'))
    const answer: unknown = await body.json()
    expect(answer).toMatchObject({ choices: [{ message: { content: simulator.expectedAnswer(ask('hi')) } }] })
  })
})

describe('control', () => {
  it('has the tape as lines, the counts, and the faults to change', async () => {
    const { url } = await start({ seed: 3 })
    const put = async (body: string) => {
      const answer = await request(`${url}/_simulator/faults`, { method: 'PUT', body })
      const value: unknown = await answer.body.json()
      return { status: answer.statusCode, value }
    }
    expect((await put('[{"kind":"unavailable"}]')).status).toBe(200)
    expect((await post(url, ask('one'))).statusCode).toBe(503)
    expect(await put('{"faults":[]}')).toEqual({ status: 200, value: { faults: [] } })
    expect((await post(url, ask('one'))).statusCode).toBe(200)
    expect(await put('[{"kind":"unavailable","rat":1}]')).toMatchObject({
      status: 400,
      value: { problems: [expect.stringContaining('faults[0].rat: unknown field')] },
    })
    expect((await put('nonsense')).status).toBe(400)

    const tape = await request(`${url}/_simulator/tape`)
    const rows = (await tape.body.text()).trimEnd().split('\n')
    const [first, second, ...others] = rows.map((row): unknown => JSON.parse(row))
    expect(others).toEqual([])
    expect(first).toMatchObject({ n: 1, path: '/v1/chat/completions', outcome: 'unavailable', status: 503 })
    expect(second).toMatchObject({ n: 2, outcome: 'answered', status: 200 })
    const stats = await request(`${url}/_simulator/stats`)
    expect(await stats.body.json()).toMatchObject({
      received: 2,
      repeated: 1,
      outcomes: { unavailable: 1, answered: 1 },
    })
    const unknown = await request(`${url}/_simulator/nothing`)
    expect(unknown.statusCode).toBe(404)
    await unknown.body.dump()
  })
})

describe('the connection', () => {
  const bytes = (body: string, extra = '') =>
    `POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n${extra}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

  it('answers pipelined requests in their order, quick after slow', async () => {
    const { port, simulator } = await start({ models: { 'gpt-4o': { firstByteMs: 15 } } })
    const slow = ask('slow', { model: 'gpt-4o' })
    const text = await raw(
      port,
      bytes(slow) + bytes(ask('quick')) + bytes(ask('last'), 'Connection: close\r\n'),
    )
    const places = [slow, ask('quick'), ask('last')].map((body) =>
      text.indexOf(simulator.expectedAnswer(body)),
    )
    expect(places.every((place) => place > 0)).toBe(true)
    expect(places).toEqual(places.toSorted((one, other) => one - other))
  })

  it('keeps the order where quick answers meet control, refusals and resets', async () => {
    const { port, simulator } = await start({ faults: [{ kind: 'reset_mid', contains: 'reset' }] })
    const stats = 'GET /_simulator/stats HTTP/1.1\r\nHost: a\r\n\r\n'
    const text = await raw(port, `${bytes(ask('one'))}${stats}${bytes(ask('two'))}nonsense\r\n\r\n`)
    const places = [
      text.indexOf(simulator.expectedAnswer(ask('one'))),
      text.indexOf('"received"'),
      text.indexOf(simulator.expectedAnswer(ask('two'))),
      text.indexOf('400 Bad Request'),
    ]
    expect(places.every((place) => place > 0)).toBe(true)
    expect(places).toEqual(places.toSorted((one, other) => one - other))
    let received = ''
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.write(bytes(ask('three')) + bytes(ask('reset')))
      socket.on('data', (chunk) => {
        received += chunk
      })
      socket.on('error', () => undefined)
      socket.on('close', () => resolve())
    })
    expect(received).toContain(simulator.expectedAnswer(ask('three')))
  })

  it('takes a large body in many packets, chunked or not', async () => {
    const { url, simulator } = await start()
    const body = ask('안녕 세상 '.repeat(20_000))
    const whole = await post(url, body)
    expect(await whole.body.json()).toMatchObject({
      choices: [{ message: { content: simulator.expectedAnswer(body) } }],
    })
    const chunked = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      body: new Blob([body]).stream(),
      duplex: 'half',
    })
    expect(await chunked.json()).toMatchObject({
      choices: [{ message: { content: simulator.expectedAnswer(body) } }],
    })
  })

  it('asks for a body that waits to be asked for', async () => {
    const { port } = await start()
    const body = ask('hi')
    const text = await new Promise<string>((resolve) => {
      let received = ''
      const socket = connect(port, '127.0.0.1')
      socket.write(bytes(body, 'Expect: 100-continue\r\nConnection: close\r\n').slice(0, -body.length))
      socket.on('data', (chunk) => {
        received += chunk
        if (received === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write(body)
      })
      socket.on('close', () => resolve(received))
    })
    expect(text).toContain('HTTP/1.1 200 OK')
  })

  it('refuses what is no HTTP/1.1 with the error envelope, and closes', async () => {
    const { port, simulator } = await start()
    const text = await raw(
      port,
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    )
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n'))).error.type).toBe('invalid_request_error')
    expect(simulator.stats().received).toBe(0)
  })

  it('does not answer what follows a request that closes the connection', async () => {
    const { port, simulator } = await start()
    const text = await raw(port, bytes(ask('one'), 'Connection: close\r\n') + bytes(ask('two')))
    expect(text.split('HTTP/1.1 200 OK').length).toBe(2)
    expect(simulator.stats().received).toBe(1)
  })

  it('says when its port is taken, and gives it back on close', async () => {
    const server = await start()
    await expect(startSimulator({ port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await server.close()
    expect((await start({ port: server.port })).port).toBe(server.port)
  })
})
