import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from '../support/http.ts'
import { bodyOf, openRaw, statusOf } from '../support/raw-http.ts'
import { API_KEY, type Serve, startServe } from '../support/serve.ts'
import { tempDir } from '../support/temp-dir.ts'

/** Bad bodies as large as a body may be: refused in a process of its own, whose memory is looked at. */

const MIB = 1_048_576
/** The server's own limit is 64 MiB: these stay just below it, so that all of it is read. */
const LARGE_BYTES = 64 * MIB - 1
/** First ones of the same shapes: code is compiled, buffers are made, the heap finds its size. */
const SMALL_BYTES = 10 * MIB
/**
 * Node lets about 50 MiB of read buffers lie before it collects them: 18 to 51 MiB were seen. A body that is
 * held would add 54 MiB to that, and twice as much as text.
 */
const GROWTH_BYTES_MAX = 64 * MIB

const dir = tempDir()
let server: Serve

beforeAll(async () => {
  // A small nursery: how much garbage the collector lets lie in it is not what is looked at here.
  const env = { NODE_OPTIONS: '--max-semi-space-size=4' }
  server = await startServe({ dataDir: dir.dataDir, args: ['--simulate'], env })
})

afterAll(async () => {
  await server.stop()
  dir[Symbol.dispose]()
})

interface Body {
  readonly start: string
  readonly filler: string
  readonly end?: string
}

/** Sends `start`, then `filler` as often as it fits, then `end`. */
const send = async ({ start, filler, end = '' }: Body, bytes: number) => {
  const connection = await openRaw(server.url)
  const room = bytes - start.length - end.length
  const times = Math.max(1, Math.floor(MIB / filler.length))
  const block = Buffer.from(filler.repeat(times))
  const count = Math.floor(room / filler.length)
  const length = start.length + count * filler.length + end.length
  await connection.send(
    `POST /v1/batches HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${API_KEY}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${start}`,
  )
  for (let left = count; left > 0; left -= times) {
    await connection.send(block.subarray(0, Math.min(left, times) * filler.length))
  }
  await connection.send(end)
  const received = await connection.until((text) => /\r\n\r\n\{.*\}$/s.test(text))
  connection.close()
  return { status: statusOf(received), refusal: JSON.parse(bodyOf(received)) }
}

/** The most memory that the process ever had; Linux alone says it. */
const peakBytes = (): number | undefined => {
  if (process.platform !== 'linux') return undefined
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))
  return Number(line?.[1]) * 1_024
}

const tasks = '{"model":"batch-4.1","tasks":['
const bodies = {
  'spaces alone': { start: '', filler: ' ' },
  'a text that does not end': { start: `${tasks}{"prompt":"`, filler: 'x' },
  'one item that is too large': { start: `${tasks}{"prompt":"`, filler: 'x', end: '"}]}' },
  'one field that is too large': { start: `${tasks}],"system":"`, filler: 'é', end: '"}' },
  'a key that does not end': { start: '{"', filler: 'k' },
  'brackets within brackets': { start: '{"metadata":', filler: '[' },
  'brackets within brackets, in an item': { start: tasks, filler: '{"a":' },
  'sixteen million items': { start: tasks, filler: '{},', end: '{}]}' },
  'a million fields': { start: '{', filler: '"a":1,', end: '"b":1}' },
  'escapes alone': { start: `${tasks}{"prompt":"`, filler: '\\u0000', end: '"}]}' },
  'backslashes alone': { start: `${tasks}{"prompt":"`, filler: '\\\\' },
  'a thousand bad items of 60 KB': {
    start: tasks,
    filler: `{"promt":"${'x'.repeat(67_000)}"},`,
    end: '{"promt":""}]}',
  },
  'items of 1 MB and a bad one behind them': {
    start: tasks,
    filler: `{"prompt":"${'x'.repeat(MIB)}"},`,
    end: '1]}',
  },
  'no JSON from the first byte on': { start: 'x', filler: 'y' },
}

const refuse = async (body: Body, bytes: number): Promise<void> => {
  const { status, refusal } = await send(body, bytes)
  expect(status).toBeGreaterThanOrEqual(400)
  expect(status).toBeLessThan(500)
  expect(refusal).toMatchObject({ error: expect.any(String) })
  if (refusal.error !== 'batch_size_exceeded') expect(refusal.message).toEqual(expect.any(String))
}

describe('bodies of 64 MiB that are refused', () => {
  let before: number | undefined

  beforeAll(async () => {
    for (const body of Object.values(bodies)) await refuse(body, SMALL_BYTES)
    before = peakBytes()
  })

  it.each(Object.entries(bodies))('%s', { timeout: 120_000 }, (_name, body) => refuse(body, LARGE_BYTES))

  it('leave memory flat, nothing on the disk and a server that serves', async () => {
    expect((await call(`${server.url}/v1/models`, { key: API_KEY })).status).toBe(200)
    const files = readdirSync(join(dir.dataDir, 'blobs'), { recursive: true, withFileTypes: true })
    expect(files.filter((entry) => entry.isFile())).toEqual([])
    const peak = peakBytes()
    if (before === undefined || peak === undefined) return
    expect(peak - before).toBeLessThan(GROWTH_BYTES_MAX)
  })
})
