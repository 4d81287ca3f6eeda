import { describe, expect, it } from 'vitest'
import type { FileEnd } from '../tenant-files.ts'
import { ACCOUNT, type Cases, newBatch, type Stage, unanswered } from './stage.fixture.ts'

const DAY_MS = 86_400_000

const fileEnd = (more: Partial<FileEnd> = {}): FileEnd => ({
  purpose: 'batch',
  filename: 'in.jsonl',
  bytes: 10,
  contents: '{}',
  dropShards: false,
  expiresMs: null,
  ...more,
})

const shard = (number: number, count: number) => ({
  number,
  model: 'batch-4.1',
  endpoint: '/v1/chat/completions',
  count,
  index: Buffer.from(`index ${number}`),
})

/** A file of two shards that is there. */
const upload = async (stage: Stage, id: string, more: Partial<FileEnd> = {}, account = ACCOUNT) => {
  const store = stage.tenant(account)
  const blob = await stage.blobs.create(`files/${id}`)
  await blob.commit()
  await store.beginFile({ id, apiKey: 'key-1', blob: `files/${id}` })
  await store.addFileShards(id, [shard(0, 2)])
  await store.addFileShards(id, [shard(1, 3)])
  return store.endFile(id, fileEnd(more))
}

const fromFile = (file: string, more = {}) =>
  newBatch({
    id: `batch_of_${file}`,
    counts: [2, 3],
    more: { file, blob: `files/${file}`, layout: 'apart', ...more },
  })

export const fileCases = ({ open, itWithClock }: Cases): void => {
  describe('an uploaded file', () => {
    it('is there once all of it has come, for its account alone', async () => {
      const stage = await open()
      const store = stage.tenant()
      await store.beginFile({ id: 'file-1', apiKey: 'key-1', blob: 'files/file-1' })
      expect(await store.file('file-1')).toBeUndefined()
      expect(await store.files({ limit: 9, order: 'desc' })).toEqual([])
      expect(await store.removeFile('file-1')).toBe(false)
      const file = await store.endFile('file-1', fileEnd({ contents: 'found' }))
      expect(file).toMatchObject({
        id: 'file-1',
        purpose: 'batch',
        filename: 'in.jsonl',
        bytes: 10,
        expiresAt: null,
      })
      expect(await store.file('file-1')).toEqual(file)
      expect(await store.fileContents('file-1')).toEqual({ blob: 'files/file-1', contents: 'found' })
      const stranger = stage.tenant('stranger')
      expect(await stranger.file('file-1')).toBeUndefined()
      expect(await stranger.fileContents('file-1')).toBeUndefined()
      expect(await stranger.files({ limit: 9, order: 'desc' })).toEqual([])
      expect(await stranger.removeFile('file-1')).toBe(false)
      await stranger.dropFile('file-1')
      expect(await store.file('file-1')).toEqual(file)
    })

    it('may be ended twice, as after a commit in doubt', async () => {
      const stage = await open()
      const file = await upload(stage, 'file-1')
      expect(await stage.tenant().endFile('file-1', fileEnd())).toEqual(file)
    })

    it('that failed on its way leaves nothing', async () => {
      const stage = await open()
      const store = stage.tenant()
      await store.beginFile({ id: 'file-1', apiKey: 'key-1', blob: 'files/file-1' })
      await store.addFileShards('file-1', [shard(0, 2)])
      await store.dropFile('file-1')
      expect(await stage.engine.existingFiles(['file-1'])).toEqual([])
      await expect(store.addFileShards('file-1', [shard(1, 2)])).rejects.toThrow('is not being written')
      await expect(store.endFile('file-1', fileEnd())).rejects.toThrow('without being begun')
    })

    it('that its process left on its way is forgotten at the next start', async () => {
      const stage = await open()
      await upload(stage, 'file-1')
      await stage.tenant().beginFile({ id: 'file-2', apiKey: 'key-1', blob: 'files/file-2' })
      expect((await stage.engine.existingFiles(['file-1', 'file-2'])).sort()).toEqual(['file-1', 'file-2'])
      expect(await stage.engine.dropUnfinishedFiles()).toBe(1)
      expect(await stage.engine.existingFiles(['file-1', 'file-2'])).toEqual(['file-1'])
    })

    itWithClock('is found again by what its upload said, for ten minutes', async () => {
      const stage = await open()
      const first = await upload(stage, 'file-1')
      const sent = { apiKey: 'key-1', purpose: 'batch', filename: 'in.jsonl', bytes: 10 }
      const found = (more = {}, account = ACCOUNT) =>
        stage.tenant(account).uploadedLately({ ...sent, ...more })
      expect(await found()).toEqual([first])
      expect(await found({ apiKey: 'key-2' })).toEqual([])
      expect(await found({ bytes: 11 })).toEqual([])
      expect(await found({ filename: 'b.jsonl' })).toEqual([])
      expect(await found({ purpose: 'vision' })).toEqual([])
      expect(await found({}, 'other')).toEqual([])
      stage.advance(600_001)
      expect(await found()).toEqual([])
    })

    itWithClock('is listed by age, page by page, whatever was deleted between two pages', async () => {
      const stage = await open()
      for (const id of ['file-1', 'file-2', 'file-3']) {
        await upload(stage, id, { purpose: id === 'file-2' ? 'vision' : 'batch' })
        stage.advance(1)
      }
      const store = stage.tenant()
      const ids = async (page: object) =>
        (await store.files({ limit: 9, order: 'desc', ...page })).map(({ id }) => id)
      expect(await ids({})).toEqual(['file-3', 'file-2', 'file-1'])
      expect(await ids({ order: 'asc', limit: 2 })).toEqual(['file-1', 'file-2'])
      expect(await ids({ purpose: 'batch' })).toEqual(['file-3', 'file-1'])
      await store.removeFile('file-2')
      expect(await ids({ after: 'file-2' })).toEqual(['file-1'])
      expect(await ids({ order: 'asc', after: 'file-2' })).toEqual(['file-3'])
    })

    itWithClock('is gone after its expiry, and named for removal', async () => {
      const stage = await open()
      await upload(stage, 'file-1', { expiresMs: DAY_MS })
      stage.advance(DAY_MS - 1)
      expect(await stage.engine.expireFiles(9)).toEqual([])
      expect(await stage.tenant().file('file-1')).toBeDefined()
      stage.advance(1)
      expect(await stage.tenant().file('file-1')).toBeUndefined()
      const named = [{ id: 'file-1', blobs: ['files/file-1'] }]
      expect(await stage.engine.expireFiles(9)).toEqual(named)
      expect(await stage.engine.expireFiles(9)).toEqual(named)
      await stage.engine.filePurged('file-1')
      expect(await stage.engine.expireFiles(9)).toEqual([])
      expect(await stage.engine.existingFiles(['file-1'])).toEqual([])
    })
  })

  describe('a batch of a file', () => {
    it('has the shards into which the file was cut', async () => {
      const stage = await open()
      await upload(stage, 'file-1')
      const outcome = await stage.tenant().accept(fromFile('file-1'), { kind: 'file', file: 'file-1' })
      expect(outcome).toMatchObject({
        kind: 'accepted',
        batch: { shards: 2, counts: { total: 5 }, file: 'file-1' },
      })
      await stage.join('w')
      const shards = await stage.claim('w')
      expect(
        shards.map(({ number, count, index, blob }) => [number, count, String(Buffer.from(index)), blob]),
      ).toEqual([
        [0, 2, 'index 0', 'files/file-1'],
        [1, 3, 'index 1', 'files/file-1'],
      ])
      expect(await stage.findings()).toEqual([])
    })

    it('is not made where the file is deleted, or a stranger’s', async () => {
      const stage = await open()
      await upload(stage, 'file-1')
      const source = { kind: 'file', file: 'file-1' } as const
      expect(await stage.tenant('stranger').accept(fromFile('file-1'), source)).toEqual({ kind: 'gone' })
      await stage.tenant().removeFile('file-1')
      expect(await stage.tenant().accept(fromFile('file-1'), source)).toEqual({ kind: 'gone' })
      expect(await stage.tenant().batches({ limit: 9 })).toEqual([])
      expect(await stage.audit.audit()).toMatchObject({ postings: 0, shards: 0, findings: [] })
    })

    it('keeps the bytes of its file until it has ended', async () => {
      const stage = await open()
      await upload(stage, 'file-1')
      await stage.tenant().accept(fromFile('file-1'), { kind: 'file', file: 'file-1' })
      await stage.tenant().removeFile('file-1')
      expect(await stage.tenant().file('file-1')).toBeUndefined()
      expect(await stage.engine.expireFiles(9)).toEqual([])
      await stage.join('w')
      for (const each of await stage.claim('w')) await stage.finish('w', each)
      expect(await stage.engine.expireFiles(9)).toEqual([{ id: 'file-1', blobs: ['files/file-1'] }])
    })

    it('leaves the file to its account when it is removed itself', async () => {
      const stage = await open()
      await upload(stage, 'file-1')
      await stage.tenant().accept(fromFile('file-1'), { kind: 'file', file: 'file-1' })
      await stage.join('w')
      for (const each of await stage.claim('w')) await stage.finish('w', each)
      await stage.tenant().remove('batch_of_file-1')
      const [purgeable] = await stage.engine.expire(9)
      expect(purgeable?.blobs).not.toContain('files/file-1')
    })

    it('whose input is refused has failed from the start, and costs nothing', async () => {
      const stage = await open()
      const order = fromFile('file-1', { total: 0, sell: '{}', hold: 0n, errors: '[{"line":1}]' })
      const outcome = await stage.tenant().accept(order, { kind: 'refused' })
      expect(outcome).toMatchObject({
        kind: 'accepted',
        batch: { outcome: 'failed', shards: 0, counts: { total: 0 }, errors: '[{"line":1}]', models: [] },
      })
      expect(await stage.findings()).toEqual([])
      await stage.tenant().remove(order.id)
      expect(await stage.engine.expire(9)).toEqual([{ batch: order.id, blobs: [] }])
      await stage.engine.purged(order.id)
      expect(await stage.engine.expire(9)).toEqual([])
      expect(await stage.findings()).toEqual([])
    })
  })

  describe('a batch whose success and error lie apart', () => {
    const run = async (stage: Stage) => {
      await upload(stage, 'file-1')
      await stage.tenant().accept(fromFile('file-1'), { kind: 'file', file: 'file-1' })
      await stage.join('w')
      const [first, second] = await stage.claim('w')
      if (!first || !second) throw new Error('two shards wait')
      return { first, second }
    }

    it('writes a segment for each, and makes them files of its account when it ends', async () => {
      const stage = await open()
      const { first, second } = await run(stage)
      await stage.append('w', first.id, [unanswered(0, 'failed')])
      await stage.finish('w', { ...first, done: new Uint8Array([0b01]) })
      const output = await stage.tenant().output('batch_of_file-1', 0)
      expect(output).toMatchObject({ kind: 'segment', count: 2, errors: { bytes: 13 } })
      if (output?.kind !== 'segment' || !output.errors) throw new Error('the shard is sealed with an error')
      expect([...(output.kinds ?? [])]).toEqual([1, 0])
      expect(await stage.text(output.blob)).toBe('{"at":1}\n')
      expect(await stage.text(output.errors.blob)).toBe('{"failed":0}\n')
      expect(await stage.tenant().files({ limit: 9, order: 'desc', purpose: 'batch_output' })).toEqual([])
      await stage.finish('w', second)
      const files = await stage.tenant().files({ limit: 9, order: 'desc', purpose: 'batch_output' })
      expect(files.map(({ id, bytes, part }) => [id, bytes, part]).sort()).toEqual([
        ['file-err_of_file-1', 13, 'error'],
        ['file-out_of_file-1', 36, 'output'],
      ])
    })

    it('shows the sealed shards that no unsealed one precedes', async () => {
      const stage = await open()
      const { first, second } = await run(stage)
      const prefix = async (part: 'output' | 'error') =>
        (await stage.tenant().sealedPrefix('batch_of_file-1', part)).map(({ bytes }) => bytes)
      await stage.finish('w', second)
      expect(await prefix('output')).toEqual([])
      await stage.append('w', first.id, [unanswered(1, 'failed')])
      await stage.finish('w', { ...first, done: new Uint8Array([0b10]) })
      expect(await prefix('output')).toEqual([9, 27])
      expect(await prefix('error')).toEqual([13])
      expect(await stage.tenant('stranger').sealedPrefix('batch_of_file-1', 'output')).toEqual([])
    })

    it('says which shards are sealed, and how much each part has of them', async () => {
      const stage = await open()
      const { first, second } = await run(stage)
      const sealed = (part: 'output' | 'error', account?: string) =>
        stage.tenant(account).sealedShards('batch_of_file-1', part)
      expect(await sealed('output')).toEqual([])
      await stage.finish('w', second)
      expect(await sealed('output')).toEqual([{ number: 1, bytes: 27 }])
      await stage.append('w', first.id, [unanswered(1, 'failed')])
      await stage.finish('w', { ...first, done: new Uint8Array([0b10]) })
      expect(await sealed('output')).toEqual([
        { number: 0, bytes: 9 },
        { number: 1, bytes: 27 },
      ])
      expect(await sealed('error')).toEqual([
        { number: 0, bytes: 13 },
        { number: 1, bytes: 0 },
      ])
      expect(await sealed('output', 'stranger')).toEqual([])
      await stage.tenant().remove('batch_of_file-1')
      expect(await sealed('output')).toEqual([])
    })

    it('shows what a running shard has recorded, without what was delivered', async () => {
      const stage = await open()
      const { second } = await run(stage)
      await stage.append('w', second.id, [unanswered(2, 'failed')])
      const finished = (bits: number) => stage.tenant().finished('batch_of_file-1', 1, new Uint8Array([bits]))
      expect(await finished(0)).toMatchObject({ positions: [2], count: 3 })
      expect(await finished(0b100)).toMatchObject({ positions: [] })
      await stage.finish('w', { ...second, done: new Uint8Array([0b100]) })
      expect(await finished(0)).toBeUndefined()
    })

    it('gives up the bytes of a file that is deleted, and only those', async () => {
      const stage = await open()
      const { first, second } = await run(stage)
      await stage.append('w', first.id, [unanswered(0, 'failed')])
      await stage.finish('w', { ...first, done: new Uint8Array([0b01]) })
      await stage.finish('w', second)
      expect(await stage.tenant().removeFile('file-err_of_file-1')).toBe(true)
      expect(await stage.engine.expireFiles(9)).toEqual([
        { id: 'file-err_of_file-1', blobs: ['segments/batch_of_file-1/0-1.errors.jsonl'] },
      ])
      await stage.tenant().remove('batch_of_file-1')
      expect(await stage.tenant().file('file-out_of_file-1')).toBeUndefined()
    })

    it('has no files where it was deleted before it ended', async () => {
      const stage = await open()
      const { first, second } = await run(stage)
      await stage.tenant().remove('batch_of_file-1')
      await stage.finish('w', first)
      await stage.finish('w', second)
      expect(await stage.tenant().files({ limit: 9, order: 'desc', purpose: 'batch_output' })).toEqual([])
    })
  })
}
