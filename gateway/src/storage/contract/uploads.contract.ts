import { describe, expect, it } from 'vitest'
import type { Cases } from './stage.fixture.ts'

const HOUR_MS = 3_600_000

const newUpload = (id: string) => ({
  id,
  filename: 'in.jsonl',
  purpose: 'batch',
  mimeType: 'application/jsonl',
  bytes: 7,
  fileExpiresMs: null,
  pendingMs: HOUR_MS,
})

const part = (id: string) => ({ id, blob: `uploads/u/${id}`, bytes: 3 })

export const uploadCases = ({ open, itWithClock }: Cases): void => {
  describe('an upload in parts', () => {
    it('takes parts while it is pending, for its account alone', async () => {
      const stage = await open()
      const store = stage.tenant()
      const upload = await store.createUpload(newUpload('u'))
      expect(upload).toMatchObject({ state: 'pending', file: null, bytes: 7 })
      expect(upload.expiresAt - upload.createdAt).toBe(HOUR_MS)
      expect(await store.addPart('u', part('a'))).toBe(true)
      expect(await store.addPart('u', part('b'))).toBe(true)
      expect((await store.parts('u')).map(({ id }) => id).sort()).toEqual(['a', 'b'])
      const stranger = stage.tenant('stranger')
      expect(await stranger.upload('u')).toBeUndefined()
      expect(await stranger.addPart('u', part('c'))).toBe(false)
      expect(await stranger.parts('u')).toEqual([])
      expect(await stranger.cancelUpload('u')).toBeUndefined()
      expect(await stranger.completeUpload('u', 'f')).toBeUndefined()
      expect(await store.upload('u')).toEqual(upload)
    })

    it('is completed once', async () => {
      const stage = await open()
      const store = stage.tenant()
      await store.createUpload(newUpload('u'))
      expect(await store.completeUpload('u', 'file-1')).toMatchObject({ state: 'completed', file: 'file-1' })
      expect(await store.completeUpload('u', 'file-2')).toBeUndefined()
      expect(await store.cancelUpload('u')).toBeUndefined()
      expect(await store.addPart('u', part('a'))).toBe(false)
      expect(await store.upload('u')).toMatchObject({ state: 'completed', file: 'file-1' })
    })

    it('names its parts for removal once nobody needs them', async () => {
      const stage = await open()
      const store = stage.tenant()
      await store.createUpload(newUpload('u'))
      await store.addPart('u', part('a'))
      expect(await stage.engine.expireUploads(9)).toEqual([])
      expect(await store.cancelUpload('u')).toMatchObject({ state: 'cancelled' })
      expect(await stage.engine.expireUploads(9)).toEqual([{ id: 'u', blobs: ['uploads/u/a'] }])
      await stage.engine.uploadPurged('u')
      expect(await stage.engine.expireUploads(9)).toEqual([])
      expect(await store.parts('u')).toEqual([])
    })

    itWithClock('is expired when its time is over', async () => {
      const stage = await open()
      const store = stage.tenant()
      await store.createUpload(newUpload('u'))
      await store.addPart('u', part('a'))
      stage.advance(HOUR_MS)
      expect(await store.upload('u')).toMatchObject({ state: 'expired' })
      expect(await store.addPart('u', part('b'))).toBe(false)
      expect(await store.completeUpload('u', 'f')).toBeUndefined()
      expect(await stage.engine.expireUploads(9)).toEqual([{ id: 'u', blobs: ['uploads/u/a'] }])
    })
  })
}
