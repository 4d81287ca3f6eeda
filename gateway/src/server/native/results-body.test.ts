import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { ShardOutput } from '../../storage/tenant.ts'
import { resultsBody } from './results-body.ts'

const lines = (...each: string[]): ShardOutput => ({
  kind: 'lines',
  lines: Buffer.from(each.map((line) => `${line}\n`).join('')),
})

const bodyOf = (outputs: readonly (ShardOutput | undefined)[], blobs: Record<string, string> = {}) =>
  resultsBody({
    store: { output: async (_batch, shard) => outputs[shard] },
    blobs: {
      read: async (name, start, length) => Buffer.from(blobs[name] ?? '').subarray(start, start + length),
    },
    batch: 'batch_1',
    shards: outputs.length,
    head: '"status":"completed",',
    tail: ',"error":null',
  })

describe('the body of results', () => {
  it('puts lines of journals and segments into both lists', async () => {
    const segment = { kind: 'segment', blob: 's', bytes: 11 } as const
    const body = bodyOf([lines('{"a":1}'), segment, lines()], { s: '{"b":2}\n{}\n' })
    const list = [{ a: 1 }, { b: 2 }, {}]
    expect(JSON.parse(await text(body))).toEqual({
      status: 'completed',
      data: list,
      results: list,
      error: null,
    })
  })

  it('has empty lists where nothing is there yet', async () => {
    expect(JSON.parse(await text(bodyOf([lines(), lines()])))).toMatchObject({ data: [], results: [] })
  })

  it('breaks off where the batch is deleted meanwhile, and does not pass for the whole', async () => {
    await expect(text(bodyOf([lines('{"a":1}'), undefined]))).rejects.toThrow('batch_1 was deleted')
  })
})
