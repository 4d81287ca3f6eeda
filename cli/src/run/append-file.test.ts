import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAppendFile } from './append-file.ts'
import { openCheckpoint } from './checkpoint.ts'
import { openChunkLog } from './chunk-log.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sheepfold-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a file of lines', () => {
  it('is cut to its last whole line, wherever a kill left it', () => {
    const path = join(folder, 'lines')
    const long = 'x'.repeat(200_000)
    for (const [left, whole] of [
      ['', ''],
      ['half', ''],
      ['a\n', 'a\n'],
      ['a\nb', 'a\n'],
      [`a\n${long}`, 'a\n'],
      [`${long}\n${long}`, `${long}\n`],
    ] as const) {
      writeFileSync(path, left)
      const file = openAppendFile(path)
      expect(file.append('next\n')).toBe(whole.length)
      file.close()
      expect(readFileSync(path, 'utf8')).toBe(`${whole}next\n`)
    }
  })
})

describe('the log of chunks', () => {
  const chunk = {
    idempotencyKey: 'k1',
    ids: ['a', 'b'],
    bodySha256: 'hash',
    baseUrl: 'http://x',
    api: 'openai',
  } as const

  it('tells what is outstanding, and is gone when nothing is', () => {
    const path = join(folder, 'log')
    const first = openChunkLog(path)
    first.intend(chunk)
    first.intend({ ...chunk, idempotencyKey: 'k2' })
    first.uploaded(chunk, 'file-1')
    first.created(chunk, 'batch_1')
    first.close()
    writeFileSync(path, '{"event":"ended","idempotency_k', { flag: 'a' })
    const second = openChunkLog(path)
    expect(second.outstanding).toEqual([
      { ...chunk, fileId: 'file-1', batchId: 'batch_1' },
      { ...chunk, idempotencyKey: 'k2' },
    ])
    second.ended(chunk)
    second.ended({ ...chunk, idempotencyKey: 'k2' })
    second.close()
    expect(() => readFileSync(path)).toThrow('ENOENT')
  })

  it('is not guessed at when it is damaged', () => {
    const path = join(folder, 'log')
    writeFileSync(path, '{"event":"created","idempotency_key":"k1"}\n')
    expect(() => openChunkLog(path)).toThrow(`${path}:1 is damaged`)
  })
})

describe('the checkpoint', () => {
  it('is the file that other clients keep', () => {
    const path = join(folder, 'checkpoint.json')
    writeFileSync(path, '{"processed_ids":[7,"b"],"last_updated":"2026-01-01T00:00:00"}')
    const checkpoint = openCheckpoint(path)
    expect([checkpoint.has('7'), checkpoint.has('b'), checkpoint.has('c')]).toEqual([true, true, false])
    checkpoint.add(['c', 'b'])
    checkpoint.flush()
    const written = JSON.parse(readFileSync(path, 'utf8'))
    expect(Object.keys(written)).toEqual(['processed_ids', 'last_updated'])
    expect(written.processed_ids).toEqual(['7', 'b', 'c'])
    expect(new Date(written.last_updated).toISOString()).toBe(written.last_updated)
  })
})
