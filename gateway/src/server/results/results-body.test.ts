import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { ShardOutput } from '../../storage/tenant.ts'
import { batchLines } from './batch-lines.ts'
import { resultsBody } from './results-body.ts'

const lines = (...each: string[]): ShardOutput => ({
  kind: 'lines',
  lines: Buffer.from(each.map((line) => `${line}\n`).join('')),
})

const segment = (
  blob: string,
  bytes: number,
  errors: { blob: string; bytes: number } | null = null,
): ShardOutput => ({
  kind: 'segment',
  blob,
  bytes,
  errors,
  kinds: null,
  count: 2,
  id: 1,
  retry: null,
})

const bodyOf = (
  outputs: readonly (ShardOutput | undefined)[],
  blobs: Record<string, string> = {},
  minimal = false,
) => {
  const source = {
    store: { output: async (_batch: string, shard: number) => outputs[shard] },
    blobs: {
      read: async (name: string, start: number, length: number) =>
        Buffer.from(blobs[name] ?? '').subarray(start, start + length),
    },
  }
  return resultsBody({
    lines: () => batchLines(source, { id: 'batch_1', shards: outputs.length }),
    head: '"status":"completed",',
    tail: ',"error":null',
    minimal,
  })
}

describe('the body of results', () => {
  it('puts lines of journals and segments into both lists', async () => {
    const body = bodyOf([lines('{"a":1}'), segment('s', 11), lines()], { s: '{"b":2}\n{}\n' })
    const list = [{ a: 1 }, { b: 2 }, {}]
    expect(JSON.parse(await text(body))).toEqual({
      status: 'completed',
      data: list,
      results: list,
      error: null,
    })
  })

  it('shows success before error where a shard has them apart', async () => {
    const body = bodyOf([segment('s', 8, { blob: 'e', bytes: 8 })], { s: '{"a":1}\n', e: '{"b":2}\n' })
    expect(JSON.parse(await text(body))).toMatchObject({ results: [{ a: 1 }, { b: 2 }] })
  })

  it('says it once to those who want no more', async () => {
    const body = await text(bodyOf([lines('{"a":1}')], {}, true))
    expect(JSON.parse(body)).toEqual({ status: 'completed', results: [{ a: 1 }], error: null })
  })

  it('has empty lists where nothing is there yet', async () => {
    expect(JSON.parse(await text(bodyOf([lines(), lines()])))).toMatchObject({ data: [], results: [] })
  })

  it('breaks off where the batch is deleted meanwhile, and does not pass for the whole', async () => {
    await expect(text(bodyOf([lines('{"a":1}'), undefined]))).rejects.toThrow('batch_1 was deleted')
  })
})
