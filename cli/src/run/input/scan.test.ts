import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { planChunks } from '../plan.ts'
import { openSource } from './open-source.ts'
import { readRecord } from './record.ts'
import { type ChunkRecord, type Input, readRecords, scanInput } from './scan.ts'

const plain = { template: undefined, field: undefined }

const scan = async (path: string) => scanInput(await openSource(path, {}), plain)

const recordsAt = async (input: Input, chosen: readonly number[]) => {
  const records: ChunkRecord[] = []
  for await (const block of readRecords(input, chosen, plain)) records.push(...block)
  return records
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sheepfold-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the input', () => {
  it('gives back any records at any places, whatever lies between the lines', async () => {
    const path = join(folder, 'input.jsonl')
    const line = fc.record({
      text: fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.trim() !== ''),
    })
    const gap = fc.constantFrom('\n', '\r\n', '\n\n', '\n  \n')
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(line, gap), { minLength: 1, maxLength: 30 }),
        fc.boolean(),
        fc.func(fc.boolean()),
        async (lines, ends, choose) => {
          const text = lines.map(
            ([record, between], at) => `${JSON.stringify({ id: at, ...record })}${between}`,
          )
          writeFileSync(path, ends ? text.join('') : text.join('').trimEnd())
          const { input, faults } = await scan(path)
          expect(faults.total).toBe(0)
          const chosen = input.ids.map((_, at) => at).filter((at) => choose(at))
          expect(await recordsAt(input, chosen)).toEqual(
            chosen.map((at) => ({ custom_id: String(at), prompt: lines[at]?.[0].text })),
          )
        },
      ),
      { numRuns: 60 },
    )
  })

  it('keeps lines together that are longer than a block', async () => {
    const path = join(folder, 'input.jsonl')
    const long = '긴'.repeat(900_000)
    writeFileSync(path, [1, 2, 3].map((id) => `${JSON.stringify({ id, text: `${long}${id}` })}\n`).join(''))
    const { input } = await scan(path)
    const records = await recordsAt(input, [1, 2])
    expect(records.map(({ prompt }) => prompt.slice(-1))).toEqual(['2', '3'])
  })

  it('notices that it was changed after the check', async () => {
    const path = join(folder, 'input.jsonl')
    writeFileSync(path, '{"id":"a","text":"1"}\n{"id":"b","text":"2"}\n')
    const { input } = await scan(path)
    writeFileSync(path, '{"id":"x","text":"1"}\n{"id":"b","text":"2"}\n')
    await expect(recordsAt(input, [0])).rejects.toThrow('was changed')
    writeFileSync(path, '')
    await expect(recordsAt(input, [0])).rejects.toThrow('was changed')
  })
})

describe('a record', () => {
  const read = (text: string, settings = {}) => readRecord(Buffer.from(text), { ...plain, ...settings })
  const prompt = (text: string, settings = {}) => {
    const outcome = read(text, settings)
    return outcome.kind === 'record' ? outcome.record.prompt : outcome.message
  }

  it('has its prompt in the first field of three, or in the one that is named', () => {
    expect(prompt('{"text":"t","content":"c","prompt":"p"}')).toBe('p')
    expect(prompt('{"text":"t","content":"c"}')).toBe('c')
    expect(prompt('{"text":"t","body":"b"}', { field: 'body' })).toBe('b')
    expect(prompt('{"body":"b"}')).toBe('it has no field prompt, content, text; it has body')
    expect(prompt('{"text":5}')).toBe('its text is 5; it must be a text')
  })

  it('fills a template, and tells a place from a brace', () => {
    const template = 'Say {제목} {n} {list}, {"json": {x}} {} {1}'
    expect(prompt('{"제목":"$&","n":1.5,"list":["a"],"x":null}', { template })).toBe(
      'Say $& 1.5 ["a"], {"json": null} {} {1}',
    )
    expect(prompt('{"a b":1,"c":2}', { template: '{a b} { c} {"c": {c}}' })).toBe('1 { c} {"c": 2}')
    expect(prompt('{"a":1}', { template: '{b}' })).toBe('it has no field b, which the prompt needs; it has a')
    expect(prompt('{}', { template: '{constructor}' })).toContain('it has no field constructor')
  })

  it('is named by custom_id, else by id', () => {
    const id = (text: string) => {
      const outcome = read(text)
      return outcome.kind === 'record' ? outcome.record.id : outcome.message
    }
    expect(id('{"custom_id":"c","id":"i","text":"t"}')).toBe('c')
    expect(id('{"custom_id":null,"id":12,"text":"t"}')).toBe('12')
    expect(id('{"text":"t"}')).toBeUndefined()
    expect(id('{"id":{},"text":"t"}')).toBe('its id is {}; it must be a text or a number')
    expect(id('{"id":"","text":"t"}')).toContain('must be a text')
  })

  it('with broken UTF-8 is not sent as question marks', () => {
    const bytes = Buffer.concat([Buffer.from('{"text":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])
    expect(readRecord(bytes, plain)).toEqual({ kind: 'fault', message: 'it is not valid UTF-8' })
  })
})

describe('the plan', () => {
  const inputOf = (sizes: readonly number[]): Input => {
    const offsets = [0]
    for (const size of sizes) offsets.push((offsets.at(-1) ?? 0) + size)
    const ids = sizes.map((_, at) => `r${at}`)
    return { path: '', ids, places: new Map(ids.map((id, at) => [id, at])), offsets }
  }
  const limits = {
    recordsMax: 3,
    bytesMax: 32 * 1024 * 1024,
    bytesPerRecord: 0,
    outstanding: [],
    isProcessed: () => false,
    isMeant: () => true,
  }

  it('leaves out what is processed and what is with the server', () => {
    const sent = {
      idempotencyKey: 'k',
      ids: ['r1', 'r2'],
      bodySha256: '',
      baseUrl: '',
      api: 'native',
    } as const
    const input = inputOf(Array.from({ length: 8 }, () => 10))
    expect(planChunks(input, { ...limits, isProcessed: (id) => id === 'r5', outstanding: [sent] })).toEqual([
      [0, 3, 4],
      [6, 7],
    ])
  })

  it('cuts before a batch grows too large for the server', () => {
    const mega = 1024 * 1024
    expect(planChunks(inputOf([20 * mega, 20 * mega, 5 * mega, 50 * mega]), limits)).toEqual([
      [0],
      [1, 2],
      [3],
    ])
  })
})
