import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeIndex } from '../../batch/index-codec.ts'
import { DEFAULT_FILE_LIMITS, DEFAULT_INTAKE_LIMITS } from '../limits.ts'
import type { ShardDraft } from '../shard-draft.ts'
import { decodeContents, encodeContents, type FileContents } from './contents.ts'
import { FileReader } from './file-reader.ts'

const LIMITS = {
  ...DEFAULT_INTAKE_LIMITS,
  ...DEFAULT_FILE_LIMITS,
  linesMax: 30,
  lineBytesMax: 400,
  shardRequestsMax: 4,
}

const line = (id: string, more: object = {}): string =>
  JSON.stringify({
    custom_id: id,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model: 'm', messages: [{ role: 'user', content: '가나 é' }], ...more },
  })

const read = async (
  whole: Buffer,
  cuts: readonly number[] = [],
): Promise<{ contents: FileContents; shards: ShardDraft[] }> => {
  const reader = new FileReader(LIMITS, { next: () => 0.3 })
  const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)).toSorted((a, b) => a - b), whole.length]
  const shards: ShardDraft[] = []
  for (const [at, end] of places.slice(1).entries()) {
    // Chunks are buffers of their own.
    reader.push(Buffer.from(whole.subarray(places[at], end)))
    shards.push(...reader.takeShards())
  }
  const contents = await reader.end(async (start, length) => whole.subarray(start, start + length))
  shards.push(...reader.takeShards())
  return { contents, shards }
}

/** A good line but for one byte within a text. */
const notUtf8 = (): Buffer => {
  const bytes = Buffer.from(line('x').replace('가', 'X'))
  bytes[bytes.indexOf('X')] = 0xff
  return bytes
}

const joined = (lines: ReadonlyArray<string | Buffer>): Buffer =>
  Buffer.concat(lines.flatMap((each) => [Buffer.from(each), Buffer.from('\n')]))

describe('a file that is read', () => {
  const good = fc.nat(60).map((n) => Buffer.from(line(`r-${n}`)))
  const models = fc.constantFrom('m', 'n').map((model) => Buffer.from(line(`r-${model}`, { model })))
  const bad = fc.constantFrom(
    Buffer.from('no json'),
    Buffer.from(''),
    Buffer.from(' \r'),
    Buffer.from([0x22, 0xff, 0x22]),
    notUtf8(),
    Buffer.alloc(401, ' '),
    Buffer.from(line('\u0061')),
  )

  it('has the same contents and shards wherever its chunks end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(good, models, bad), { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        async (lines, cuts) => {
          const whole = joined(lines)
          const byteByByte = await read(
            whole,
            Array.from({ length: whole.length }, (_, at) => at),
          )
          for (const other of [await read(whole), await read(whole, cuts)]) {
            expect(other.contents).toEqual(byteByByte.contents)
            // Some are given away before a later line is found to be bad: then they are forgotten.
            if (other.contents.faultsTotal === 0) expect(other.shards).toEqual(byteByByte.shards)
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('has every request in one shard, at the place where it lies', async () => {
    const lines = Array.from({ length: 11 }, (_, n) => line(`r-${n}`, { model: n % 3 === 0 ? 'a' : 'b' }))
    const whole = joined(['', ...lines])
    const { contents, shards } = await read(whole)
    expect(contents).toMatchObject({ lines: 11, faults: [], faultsTotal: 0, retry: null })
    expect(contents.targets.map(({ model, requests }) => [model, requests])).toEqual([
      ['a', 4],
      ['b', 7],
    ])
    const found = shards.flatMap(({ model, count, index }) => {
      const table = decodeIndex(index)
      expect(table.count).toBe(count)
      return Array.from({ length: count }, (_, at) => {
        const bytes = (start: number, length: number) => whole.toString('utf8', start, start + length)
        const body = bytes(table.bodyStart(at), table.bodyLength(at))
        expect(body.slice(table.variant(at))).toMatch(new RegExp(`^"${model}"`))
        return [
          table.batchIndex(at),
          JSON.parse(bytes(table.idStart(at), table.idLength(at))),
          JSON.parse(body),
        ]
      })
    })
    expect(found.toSorted(([left], [right]) => left - right)).toEqual(
      lines.map((text, index) => [index, `r-${index}`, JSON.parse(text).body]),
    )
  })

  it.each([
    [0, [Buffer.from([0xff]), Buffer.from(line('a'))]],
    [0, [notUtf8()]],
    [1, [Buffer.from(line('a')), Buffer.from([0xc3])]],
  ])('has bytes that are no UTF-8 reported also in line %i + 1', async (index, lines) => {
    const { contents, shards } = await read(joined(lines.map((each) => Buffer.from(each))))
    expect(contents.faults).toEqual([
      { line: index + 1, code: 'invalid_json_line', message: 'This line is not valid UTF-8.', param: null },
    ])
    expect(shards).toEqual([])
  })

  it('may begin with a mark, which is part of no line', async () => {
    const { contents, shards } = await read(joined([`\ufeff${line('a')}`, line('b')]))
    expect(contents).toMatchObject({ lines: 2, faultsTotal: 0 })
    expect(decodeIndex(shards[0]?.index ?? Buffer.alloc(0)).idStart(0)).toBe(3 + '{"custom_id":'.length)
    expect((await read(joined([line('a'), `\ufeff${line('b')}`]))).contents.faults).toMatchObject([
      { line: 2 },
    ])
  })

  it('has an id that was there before reported, in whatever spelling', async () => {
    const { contents } = await read(
      joined([line('ab'), line('c'), line('ab').replace('"ab"', '"\\u0061b"'), line('c')]),
    )
    expect(contents.faults).toMatchObject([
      { line: 3, code: 'duplicate_custom_id' },
      { line: 4, code: 'duplicate_custom_id' },
    ])
  })

  it('has as many texts to embed, over all its lines, as it may have requests', async () => {
    const embed = (id: string, input: unknown) =>
      JSON.stringify({ custom_id: id, method: 'POST', url: '/v1/embeddings', body: { model: 'm', input } })
    const most = [embed('a', Array(28).fill('x')), embed('b', 'x'), embed('c', Array(40).fill(7))]
    expect((await read(joined(most))).contents.faults).toEqual([])
    const { contents } = await read(joined([...most, embed('d', [[1], [2]]), embed('e', 'x')]))
    expect(contents.faults).toMatchObject([{ code: 'too_many_tasks', line: null }])
  })

  it('has models and endpoints up to a thousand', async () => {
    const reader = new FileReader({ ...LIMITS, linesMax: 2_000 }, { next: () => 0.3 })
    for (let n = 0; n < 1_002; n += 1) reader.push(joined([line(`r-${n}`, { model: `m-${n}` })]))
    const { faults, targets } = await reader.end(async () => Buffer.alloc(0))
    expect(faults.map(({ line: number, code }) => [number, code])).toEqual([
      [1_001, 'too_many_models'],
      [1_002, 'too_many_models'],
    ])
    expect(targets).toHaveLength(1_000)
  })

  it('keeps what an error file names, through its encoding', async () => {
    const error = (id: string) => JSON.stringify({ id, custom_id: 'a', response: null, error: null })
    const { contents, shards } = await read(
      joined(['batch_req_b1_0', 'batch_req_b1_9000', 'batch_req_b1_0'].map(error)),
    )
    expect(shards).toEqual([])
    expect(contents.retry).toMatchObject({ batch: 'batch_b1', requests: 2 })
    const decoded = decodeContents(encodeContents(contents))
    expect(Buffer.from(decoded.retry?.indexes ?? [])).toEqual(Buffer.from(contents.retry?.indexes ?? []))
    expect({ ...decoded, retry: null }).toEqual({ ...contents, retry: null })
  })
})
