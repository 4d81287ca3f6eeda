import fc from 'fast-check'
import OpenAI from 'openai'
import type { Batch } from 'openai/resources/batches'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { batchEnded, created } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { type Answer, call } from '../support/http.ts'
import {
  chatLine,
  chatLines,
  createOf,
  ended,
  type OutputLine,
  openaiOf,
  refusalOf,
  submit,
  upload,
} from '../support/openai.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { rowsOf } from '../support/store-place.ts'
import { until } from '../support/wait.ts'

/** What a batch shows of its answers before all are there, and after they were deleted. */

const SHARD = 5

let provider: FakeProvider
let server: TestGateway
let openai: OpenAI

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({
    provider: provider.url,
    adapt: (config) => ({
      ...config,
      intake: { ...config.intake, shardRequestsMin: 1, shardRequestsMax: SHARD },
      execute: { ...config.execute, tickMs: 50, stopDrainMs: 100 },
    }),
  })
  openai = openaiOf(server)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

afterEach(() => {
  provider.refuse()
  provider.open()
})

const outputIdOf = ({ id }: Pick<Batch, 'id'>): string => `file-out_${id.slice('batch_'.length)}`
const errorIdOf = ({ id }: Pick<Batch, 'id'>): string => `file-err_${id.slice('batch_'.length)}`

const contentOf = (file: string, range?: string): Promise<Answer> =>
  call(`${server.url}/v1/files/${file}/content`, {
    key: server.key,
    ...(range === undefined ? {} : { headers: { range } }),
  })

const finished = async ({ id }: Batch): Promise<number> => {
  const { request_counts } = await openai.batches.retrieve(id)
  return (request_counts?.completed ?? 0) + (request_counts?.failed ?? 0)
}

/** Answers the next `count` requests, and waits until they are recorded. */
const answer = async (batch: Batch, count: number): Promise<void> => {
  const before = await finished(batch)
  await provider.waiting(count)
  provider.release(count)
  await until(`${count} more answers`, async () => (await finished(batch)) === before + count)
}

/** Shards read their requests side by side: those of the second may reach the provider before the first's. */
const answerShard = async (batch: Batch, shard: number): Promise<void> => {
  const first = (shard - 1) * SHARD
  const texts = new Set(Array.from({ length: SHARD }, (_, index) => `text ${first + index}`))
  await until(`the answers of shard ${shard}`, async () => {
    provider.releaseThose(({ messages }) => texts.has(String(messages.at(-1)?.content)))
    return (await finished(batch)) === shard * SHARD
  })
}

/** Answers those of a batch whose places are chosen, until so many are finished. */
const answerThose = async (batch: Batch, isOne: (index: number) => boolean, count: number): Promise<void> => {
  await until(`${count} answers`, async () => {
    provider.releaseThose(({ messages }) =>
      isOne(Number(/^text (\d+)$/.exec(String(messages.at(-1)?.content))?.[1])),
    )
    return (await finished(batch)) === count
  })
}

const sealedIn = async ({ id }: Batch): Promise<number> =>
  (await rowsOf(server.dataDir, `SELECT id FROM shard WHERE batch = '${id}' AND state = 'sealed'`)).length

interface Page {
  readonly status: string
  readonly results: readonly OutputLine[]
  readonly next_cursor: string
  readonly has_more: boolean
}

const completionOf = (id: string, cursor?: string, key = server.key): Promise<Answer> => {
  const query = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`
  return call(`${server.url}/v1/batches/${id}/results?order=completion${query}`, { key })
}

const pageOf = async (id: string, cursor?: string): Promise<Page> => {
  const { status, json, text } = await completionOf(id, cursor)
  if (status !== 200) throw new Error(text)
  return json as Page
}

describe('the output file of a batch that runs', () => {
  it('is its sealed beginning, which only grows at its end, with ranges', async () => {
    provider.hold()
    const batch = await submit(openai, chatLines(3 * SHARD))
    const file = outputIdOf(batch)
    expect(await contentOf(file)).toMatchObject({ status: 200, text: '' })
    expect((await contentOf(file, 'bytes=0-')).status).toBe(416)
    let before = ''
    for (let shard = 1; shard <= 2; shard += 1) {
      await answerShard(batch, shard)
      const now = await until('a shard to be sealed', async () => {
        const { text } = await contentOf(file)
        return text.length > before.length && text
      })
      expect(now.startsWith(before)).toBe(true)
      expect(now.split('\n')).toHaveLength(shard * SHARD + 1)
      const rest = await contentOf(file, `bytes=${before.length}-`)
      expect([rest.status, before + rest.text]).toEqual([206, now])
      expect(rest.headers.get('content-range')).toBe(`bytes ${before.length}-${now.length - 1}/*`)
      before = now
    }
    expect((await contentOf(errorIdOf(batch))).text).toBe('')
    provider.open()
    const done = await ended(openai, batch)
    expect(done.output_file_id).toBe(file)
    const whole = await contentOf(file)
    expect(whole.text.startsWith(before)).toBe(true)
    const tail = await contentOf(file, `bytes=${before.length}-`)
    expect(before + tail.text).toBe(whole.text)
    expect(tail.headers.get('content-range')).toBe(
      `bytes ${before.length}-${whole.text.length - 1}/${whole.text.length}`,
    )
    // Nothing failed: there is no such file.
    expect((await contentOf(errorIdOf(batch))).status).toBe(404)
  })

  it('of several models is in input order, up to where all of them are sealed, and only grows at its end', async () => {
    provider.hold()
    const count = 4 * SHARD
    const failing = 3 * SHARD
    provider.refuse(`text ${failing}`)
    const models = ['gpt-4.1', 'batch-4.1']
    const lines = Array.from({ length: count }, (_, index) =>
      chatLine(`r-${index}`, `text ${index}`, { model: models[index % 2] }),
    )
    const batch = await submit(openai, lines)
    const file = outputIdOf(batch)
    const idsIn = (text: string): string[] =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as OutputLine).custom_id)
    const idsTo = (end: number): string[] => Array.from({ length: end }, (_, index) => `r-${index}`)
    await answerThose(batch, (index) => index < 2 * SHARD && index % 2 === 0, SHARD)
    await until('the shard of one model to be sealed', async () => (await sealedIn(batch)) === 1)
    // Those of the other model lie between.
    expect(await contentOf(file)).toMatchObject({ status: 200, text: '' })
    await answerThose(batch, (index) => index < 2 * SHARD, 2 * SHARD)
    const early = await until('both of them to be sealed', async () => {
      const now = await contentOf(file)
      return now.text !== '' && now
    })
    expect(idsIn(early.text)).toEqual(idsTo(2 * SHARD))
    expect(early.headers.get('content-length')).toBe(`${Buffer.byteLength(early.text)}`)
    const ranged = await contentOf(file, 'bytes=7-99')
    expect([ranged.status, ranged.text]).toEqual([206, early.text.slice(7, 100)])
    expect(ranged.headers.get('content-range')).toBe('bytes 7-99/*')
    provider.open()
    const done = await ended(openai, batch)
    const whole = await contentOf(file)
    expect(whole.text.startsWith(early.text)).toBe(true)
    expect(idsIn(whole.text)).toEqual(idsTo(count).filter((id) => id !== `r-${failing}`))
    const rest = await contentOf(file, `bytes=${early.text.length}-`)
    expect(early.text + rest.text).toBe(whole.text)
    expect(idsIn((await contentOf(errorIdOf(batch))).text)).toEqual([`r-${failing}`])
    const { bytes } = await openai.files.retrieve(done.output_file_id ?? '')
    expect(bytes).toBe(Buffer.byteLength(whole.text))
    const head = await call(`${server.url}/v1/files/${file}/content`, { key: server.key, method: 'HEAD' })
    expect([head.headers.get('content-length'), head.text]).toEqual([`${bytes}`, ''])
  })

  it('is not there for another account, nor for a native batch or none', async () => {
    const batch = await ended(openai, await submit(openai, chatLines(1)))
    const { secret } = await server.newKey({ account: 'acct_other' })
    const url = (file: string) => `${server.url}/v1/files/${file}/content`
    const foreign = await call(url(outputIdOf(batch)), { key: secret })
    const absent = await call(url('file-out_nowhere'), { key: secret })
    expect(foreign.status).toBe(404)
    expect(foreign.text.replace(outputIdOf(batch), 'X')).toBe(absent.text.replace('file-out_nowhere', 'X'))
    const native = await created(server, { model: 'batch-4.1', tasks: [{ prompt: 'p' }] })
    await batchEnded(server, native.batch_id)
    expect((await contentOf(outputIdOf(native))).status).toBe(404)
  })
})

describe('results in the order of completion', () => {
  it('come once each, whatever was sealed between two looks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 8 }),
        fc.constantFrom(1, 2),
        async (steps, models) => {
          provider.hold()
          const count = 17
          const lines = Array.from({ length: count }, (_, index) =>
            chatLine(`r-${index}`, `text ${index}`, {
              model: index % models === 0 ? 'gpt-4.1' : 'batch-4.1',
            }),
          )
          const batch = await submit(openai, lines)
          const seen: string[] = []
          let cursor: string | undefined
          const look = async (): Promise<Page> => {
            const page = await pageOf(batch.id, cursor)
            seen.push(...page.results.map(({ custom_id }) => custom_id))
            cursor = page.next_cursor
            return page
          }
          let left = count
          for (const step of steps) {
            const now = Math.min(step, left)
            if (now > 0) await answer(batch, now)
            left -= now
            await look()
            expect(seen).toHaveLength(count - left)
          }
          provider.open()
          await ended(openai, batch)
          const last = await look()
          expect(last).toMatchObject({ status: 'completed', has_more: false })
          expect((await look()).results).toEqual([])
          expect(seen.toSorted()).toEqual(lines.map((_, index) => `r-${index}`).toSorted())
        },
      ),
      { numRuns: 8 },
    )
  })

  it('have failures among them, and begin anew without a cursor', async () => {
    provider.refuse('text 3')
    const batch = await ended(openai, await submit(openai, chatLines(7)))
    const page = await pageOf(batch.id)
    expect(page.results.map(({ custom_id }) => custom_id)).toEqual(
      chatLines(7).map((_, index) => `r-${index}`),
    )
    expect(page.results.map(({ response }) => response?.status_code)).toEqual([
      200, 200, 200, 400, 200, 200, 200,
    ])
    expect(await pageOf(batch.id)).toEqual(page)
  })

  it('of a native batch come at once, though its other answers are waited for', async () => {
    provider.hold()
    const tasks = Array.from({ length: 6 }, (_, index) => ({ custom_id: `n-${index}`, prompt: `p ${index}` }))
    const { batch_id } = await created(server, { model: 'batch-4.1', tasks })
    await provider.waiting(6)
    provider.release(2)
    const page = await until('two answers', async () => {
      const now = await pageOf(batch_id)
      return now.results.length === 2 && now
    })
    expect(page.status).toBe('in_progress')
    provider.open()
    await batchEnded(server, batch_id)
    const rest = await pageOf(batch_id, page.next_cursor)
    expect([...page.results, ...rest.results].map(({ custom_id }) => custom_id).toSorted()).toEqual(
      tasks.map(({ custom_id }) => custom_id),
    )
  })

  it('of a batch that never ran are none', async () => {
    const batch = await submit(openai, ['bad'])
    const page = await pageOf(batch.id)
    expect(page).toMatchObject({ status: 'failed', results: [], has_more: false })
    expect(await pageOf(batch.id, page.next_cursor)).toEqual(page)
    const inOrder = await call(`${server.url}/v1/batches/${batch.id}/results`, { key: server.key })
    expect(inOrder.json).toMatchObject({ status: 'failed', data: [], results: [] })
  })

  it('have cursors of their own batch only', async () => {
    const [one, other] = [
      await ended(openai, await submit(openai, chatLines(7))),
      await ended(openai, await submit(openai, chatLines(7))),
    ]
    const { next_cursor } = await pageOf(one.id)
    for (const cursor of [
      '',
      'x',
      '~',
      `${next_cursor}~`,
      `${next_cursor}~0`,
      `${next_cursor}~9.AA`,
      `${next_cursor}~0.!`,
      next_cursor.slice(0, -1),
      (await pageOf(other.id)).next_cursor,
      'x'.repeat(9_000),
    ]) {
      const refused = await completionOf(one.id, cursor)
      expect([cursor.slice(0, 60), refused.status]).toEqual([cursor.slice(0, 60), 400])
      expect(refused.json).toMatchObject({ error: { param: 'cursor', code: 'invalid_value' } })
    }
  })

  it.each([
    ['order=random', 'order'],
    ['cursor=abc', 'cursor'],
    ['order=completion&merged=true', 'merged'],
    ['merged=maybe', 'merged'],
    ['limit=3', 'limit'],
  ])('and %s is refused before anything is waited for', async (query, param) => {
    provider.hold()
    const batch = await submit(openai, chatLines(1))
    const { status, json } = await call(`${server.url}/v1/batches/${batch.id}/results?${query}`, {
      key: server.key,
      headers: { prefer: 'wait=300' },
    })
    expect([status, json]).toEqual([400, { error: expect.objectContaining({ param }) }])
    provider.open()
    await ended(openai, batch)
  })
})

describe('what is deleted', () => {
  it('as the input of a batch that runs keeps its bytes until the batch has ended', async () => {
    provider.hold()
    const file = await upload(openai, chatLines(12))
    const batch = await createOf(openai, file.id)
    await provider.waiting(12)
    await openai.files.delete(file.id)
    expect(await refusalOf(openai.files.retrieve(file.id))).toBeInstanceOf(OpenAI.NotFoundError)
    expect(await refusalOf(createOf(openai, file.id))).toMatchObject({ status: 400, param: 'input_file_id' })
    expect(server.blobs()).toContain(`files/${file.id}`)
    provider.open()
    const done = await ended(openai, batch)
    expect(done).toMatchObject({ input_file_id: file.id, request_counts: { completed: 12 } })
    await until('its bytes to be gone', () => !server.blobs().includes(`files/${file.id}`))
  })

  it('as an output file is off the disk, and the results that need it are gone with it', async () => {
    provider.refuse('text 3')
    const done = await ended(openai, await submit(openai, chatLines(7)))
    const [output, errors] = [done.output_file_id ?? '', done.error_file_id ?? '']
    const segments = () => server.blobs().filter((name) => name.includes(done.id))
    const both = segments().length
    expect(await openai.files.delete(output)).toEqual({ id: output, object: 'file', deleted: true })
    expect(await refusalOf(openai.files.content(output))).toBeInstanceOf(OpenAI.NotFoundError)
    await until('some bytes to be gone', () => segments().length < both)
    expect((await contentOf(errors)).text).toContain('r-3')
    for (const query of ['', '?order=completion', '?merged=true']) {
      const gone = await call(`${server.url}/v1/batches/${done.id}/results${query}`, { key: server.key })
      expect(gone).toMatchObject({ status: 404, json: { error: { code: 'output_gone' } } })
    }
    await openai.files.delete(errors)
    await until('all bytes to be gone', () => segments().length === 0)
    expect(await openai.batches.retrieve(done.id)).toEqual(done)
  })

  it('as a batch takes its files with it', async () => {
    const done = await ended(openai, await submit(openai, chatLines(7)))
    const { status, json } = await call(`${server.url}/v1/batches/${done.id}`, {
      key: server.key,
      method: 'DELETE',
    })
    expect([status, json]).toEqual([200, expect.objectContaining({ id: done.id, deleted: true })])
    expect(await refusalOf(openai.batches.retrieve(done.id))).toBeInstanceOf(OpenAI.NotFoundError)
    expect(await refusalOf(openai.files.retrieve(done.output_file_id ?? ''))).toBeInstanceOf(
      OpenAI.NotFoundError,
    )
    await until('its bytes to be gone', () => !server.blobs().some((name) => name.includes(done.id)))
    expect((await contentOf(done.input_file_id)).status).toBe(200)
  })
})
