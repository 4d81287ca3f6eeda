import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@sheepfold/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { goodKey, type NativeDouble, startNativeDouble } from '../testing/native-double.ts'
import { nativeApi } from './api/native-api.ts'
import { openCheckpoint } from './checkpoint.ts'
import { type ChunkWork, resumeChunk, sendChunk } from './chunk.ts'
import { openChunkLog } from './chunk-log.ts'
import { pricingOf } from './pricing.ts'
import { openWorkFile } from './results/work-file.ts'
import { createRunning } from './stop/running.ts'

const ids = ['a', 'b', 'c']

let double: NativeDouble
let folder: string
beforeEach(async () => {
  double = await startNativeDouble()
  folder = mkdtempSync(join(tmpdir(), 'sheepfold-test-'))
})
afterEach(async () => {
  await double.close()
  rmSync(folder, { recursive: true, force: true })
})

const crash = () => {
  throw new Error('crash')
}

/** Opens what a process has open, with some of its verbs replaced by a crash. */
const open = async (broken: Partial<Record<'created' | 'ended' | 'append' | 'add', () => never>> = {}) => {
  const log = openChunkLog(join(folder, 'log'))
  const work = await openWorkFile(join(folder, 'work'), join(folder, 'out'))
  const checkpoint = openCheckpoint(join(folder, 'checkpoint'))
  const settings = { model: 'm', sampling: {}, prompt: { template: undefined, field: undefined } }
  const api = nativeApi(createClient({ baseUrl: double.url, apiKey: goodKey }), settings)
  const chunkWork: ChunkWork = {
    api,
    baseUrl: double.url,
    log: { ...log, ...pick(broken, ['created', 'ended']) },
    work: { ...work, ...pick(broken, ['append']) },
    checkpoint: { ...checkpoint, ...pick(broken, ['add']) },
    signal: new AbortController().signal,
    waitMsMax: 10_000,
    schema: undefined,
    pricing: pricingOf(undefined),
    running: createRunning(() => {}),
    idsOf: (chunk) => chunk.flatMap((place) => ids[place] ?? []),
    bodyOf: (chosen) => api.compose(blockOf(chosen.map((id) => ({ custom_id: id, prompt: id })))),
    onProgress: () => {},
    onFinished: () => {},
    say: () => {},
    tellLosses: () => {},
  }
  return { chunkWork, log, work, checkpoint }
}

async function* blockOf<T>(block: readonly T[]) {
  yield block
}

const pick = <T extends object, K extends keyof T>(from: T, names: readonly K[]): Partial<T> => {
  const picked: Partial<T> = {}
  for (const name of names) if (name in from) picked[name] = from[name]
  return picked
}

describe('a chunk', () => {
  it.each(['created', 'append', 'add', 'ended'] as const)(
    'whose process dies at %s is finished by the next one, and sent once',
    async (verb) => {
      const first = await open({ [verb]: crash })
      await expect(sendChunk([0, 1, 2], first.chunkWork)).rejects.toThrow('crash')

      const second = await open()
      second.checkpoint.add(second.work.succeededBefore)
      expect(second.log.outstanding).toHaveLength(1)
      for (const sent of second.log.outstanding) await resumeChunk(sent, second.chunkWork)
      expect(await second.work.writeInOrder(['c', 'a', 'b'])).toEqual({ written: 3, failed: 0 })
      second.checkpoint.flush()
      expect(double.idsTaken()).toEqual(ids)
      expect(JSON.parse(readFileSync(join(folder, 'checkpoint'), 'utf8')).processed_ids.sort()).toEqual(ids)
      const lines = readFileSync(join(folder, 'out'), 'utf8').trimEnd().split('\n')
      expect(lines.map((line) => JSON.parse(line).custom_id)).toEqual(['c', 'a', 'b'])
    },
  )

  it('that failed after it had succeeded does not take the answer away', async () => {
    const first = await open()
    await sendChunk([0, 1, 2], first.chunkWork)
    double.decide = () => 'failed'
    await sendChunk([0, 1, 2], first.chunkWork)
    expect(await first.work.writeInOrder(ids)).toEqual({ written: 3, failed: 0 })
    first.work.close()

    const second = await open()
    await sendChunk([1], second.chunkWork)
    expect(await second.work.writeInOrder(ids)).toEqual({ written: 3, failed: 0 })
  })
})
