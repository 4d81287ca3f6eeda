import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readNativeBatch } from './read.ts'
import {
  accepted,
  chunked,
  invalid,
  orderOf,
  sent,
  storedNames,
  takeIn,
  tasks,
  user,
} from './take-in.fixture.ts'

describe('the limits of a body', () => {
  it('takes as many items as allowed, and counts all where there are more', async () => {
    const of = (count: number) => ({
      model: 'nope',
      tasks: Array.from({ length: count }, () => ({ prompt: 'x' })),
      x: 1,
    })
    expect((await takeIn({ ...of(1_000), model: 'batch-4.1', x: undefined })).intake.kind).toBe('accepted')
    expect((await takeIn(of(2_500))).intake).toMatchObject({
      kind: 'batch_size_exceeded',
      maxAllowed: 1_000,
      received: 2_500,
    })
  })

  it('stops reading where the body is too large, and says that it reads no further', async () => {
    let [read, closed] = [0, false]
    const body: AsyncIterable<Buffer> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          read += 100
          return { done: false, value: Buffer.alloc(100, ' ') }
        },
        return: async () => {
          closed = true
          return { done: true, value: undefined }
        },
      }),
    }
    const intake = await readNativeBatch({ ...orderOf({ bodyBytesMax: 1_000 }), body })
    expect(intake).toEqual({ kind: 'too_large', maxBytes: 1_000 })
    expect([read, closed]).toEqual([1_100, true])
  })

  it('hands other dialects on', async () => {
    const openai = { input_file_id: 'file-1', endpoint: '/v1/chat/completions', completion_window: '24h' }
    expect((await takeIn(openai)).intake).toMatchObject({
      kind: 'not_native',
      document: { keys: Object.keys(openai), fields: new Map(Object.entries(openai)) },
    })
    const anthropic = { requests: [{ custom_id: 'a', params: {} }] }
    expect((await takeIn(anthropic)).intake).toMatchObject({
      kind: 'not_native',
      document: { keys: ['requests'] },
    })
  })

  it('says at which byte a body stops being JSON', async () => {
    expect(await invalid('{"model":"batch-4.1","tasks":[{"prompt":"x"},]}')).toMatchObject({
      code: 'invalid_json',
      offset: 45,
      faults: [],
    })
    expect((await invalid('')).message).toBe('The body is not valid JSON at byte 0: the body is empty')
    expect((await invalid('[1]')).code).toBe('invalid_type')
  })

  it('hashes the raw body, good or bad', async () => {
    for (const body of [
      '{"model":"batch-4.1","tasks":[{"prompt":"x"}] }',
      '{"tasks":[1',
      '{"requests":[]}',
    ]) {
      const { intake } = await takeIn(body, {}, 3)
      expect(intake).toMatchObject({ bodySha256: createHash('sha256').update(body).digest('hex') })
    }
  })

  it('cuts shards by number and bytes, in input order', async () => {
    const body = { model: 'batch-4.1', tasks: tasks(...Array.from({ length: 200 }, (_, i) => `prompt ${i}`)) }
    const fine = await takeIn(body, { shardsPerSmallBatch: 4 })
    expect(accepted(fine).shards.map((shard) => [shard.number, shard.count])).toEqual([
      [0, 50],
      [1, 50],
      [2, 50],
      [3, 50],
    ])
    expect((await sent(fine)).map((each) => each.index)).toEqual(Array.from({ length: 200 }, (_, i) => i))
    expect(accepted(await takeIn(body)).shards).toHaveLength(1)
    expect(accepted(await takeIn(body, { shardBytesMax: 1_000 })).shards.length).toBeGreaterThan(5)
  })

  it('writes batches of many blocks, and requests larger than a block', async () => {
    const prompts = [10, 300_000, 5, 262_144, 100_000, 200_000, 7].map((length, i) =>
      String(i).repeat(length),
    )
    const taken = await takeIn({ model: 'batch-4.1', tasks: tasks(...prompts) }, {}, 65_536)
    const bodies = (await sent(taken)).map((each) => each.body)
    expect(bodies).toEqual(prompts.map((prompt) => ({ model: 'gpt-4.1', messages: [user(prompt)] })))
  })
})

describe('what goes wrong around a body', () => {
  const head = Buffer.from('{"model":"batch-4.1","tasks":[')
  const item = Buffer.from(`{"prompt":"${'x'.repeat(1_000)}"},`)

  it('leaves nothing stored where the body breaks off with an error', async () => {
    const order = orderOf()
    const body = async function* (): AsyncGenerator<Buffer> {
      yield head
      for (let i = 0; i < 900; i += 1) yield item
      throw new Error('the client is gone')
    }
    await expect(readNativeBatch({ ...order, body: body() })).rejects.toThrow('the client is gone')
    expect(await storedNames(order.blobs)).toEqual([])
  })

  it.each(['create', 'write', 'commit'] as const)('drops the blob where its %s fails', async (failing) => {
    const order = orderOf()
    let aborted = 0
    const fail = async (): Promise<never> => {
      throw new Error('the disk is full')
    }
    const blobs = {
      ...order.blobs,
      create: async (name: string) => {
        if (failing === 'create') return fail()
        const writer = await order.blobs.create(name)
        const abort = async (): Promise<void> => {
          aborted += 1
          await writer.abort()
        }
        return { ...writer, abort, [failing]: fail }
      },
    }
    const body = Buffer.concat([head, ...Array(900).fill(item), Buffer.from('{"prompt":"x"}]}')])
    const reading = readNativeBatch({ ...order, blobs, body: chunked(body, 10_000) })
    await expect(reading).rejects.toThrow('the disk is full')
    expect(aborted).toBe(failing === 'create' ? 0 : 1)
    expect(await storedNames(order.blobs)).toEqual([])
  })

  it('writes nothing more once a request is refused, and still checks the rest', async () => {
    const order = orderOf()
    let created = 0
    const create = async (name: string) => {
      created += 1
      return order.blobs.create(name)
    }
    const body = Buffer.concat([head, Buffer.from('1,'), ...Array(900).fill(item), Buffer.from('2]}')])
    const intake = await readNativeBatch({
      ...order,
      blobs: { ...order.blobs, create },
      body: chunked(body, 10_000),
    })
    expect(intake).toMatchObject({ kind: 'invalid', faults: [{ index: 0 }, { index: 901 }] })
    expect(created).toBe(0)
  })

  it('never throws for what a client sends, and stores nothing of what it refuses', async () => {
    const whole = Buffer.from(
      JSON.stringify({
        model: 'batch-4.1',
        tasks: [
          { custom_id: 'a', prompt: 'x "y" \\', options: { stop: ['\n'], seed: 1 } },
          { prompt: '한글' },
        ],
        options: { temperature: 0.5 },
        metadata: { a: 'b' },
      }),
    )
    const mutation = fc.record({
      at: fc.nat(),
      drop: fc.nat({ max: 4 }),
      insert: fc.uint8Array({ maxLength: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 99 }),
        async (mutations, chunk) => {
          let bytes = whole
          for (const { at, drop, insert } of mutations) {
            const place = at % (bytes.length + 1)
            bytes = Buffer.concat([bytes.subarray(0, place), insert, bytes.subarray(place + drop)])
          }
          const { intake } = await takeIn(bytes, {}, chunk)
          if (intake.kind === 'invalid') expect(intake.message.length).toBeGreaterThan(0)
        },
      ),
      { numRuns: 300 },
    )
  })
})
