import { describe, expect, it } from 'vitest'
import { type NewApiKey, NO_KEY_LIMITS } from '../operator.ts'
import type { Cases } from './stage.fixture.ts'

const HOUR_MS = 3_600_000

const newKey = (id: string, more: Partial<NewApiKey> = {}): NewApiKey => ({
  id,
  account: 'acme',
  name: `key ${id}`,
  sha256: Buffer.from(`hash of ${id}`.padEnd(32)),
  hint: 'sk-…abcd',
  models: null,
  expiresAt: null,
  role: 'client',
  limits: NO_KEY_LIMITS,
  ...more,
})

export const keyAndGateCases = ({ open, itWithClock }: Cases): void => {
  describe('keys', () => {
    it('are found by their hash, with what they allow', async () => {
      const stage = await open()
      await stage.keys.ensureAccount('acme', 'Acme')
      const created = await stage.keys.createKey(newKey('k1', { models: ['batch-4.1', 'gpt-4.1'] }))
      expect(created).toMatchObject({
        id: 'k1',
        models: ['batch-4.1', 'gpt-4.1'],
        revokedAt: null,
        usable: true,
      })
      const found = await stage.keys.keyByHash(newKey('k1').sha256)
      expect(found).toMatchObject({
        id: 'k1',
        account: 'acme',
        models: ['batch-4.1', 'gpt-4.1'],
        usable: true,
      })
      expect(await stage.keys.keyByHash(newKey('k2').sha256)).toBeUndefined()
    })

    it('keep their role and their limits', async () => {
      const stage = await open()
      const limits = { requestsPerMinute: 60, tokensPerMinute: 100_000, spend: 12_000_000_001n }
      await stage.keys.createKey(newKey('k1', { role: 'operator', account: '', limits }))
      expect(await stage.keys.keyByHash(newKey('k1').sha256)).toMatchObject({ role: 'operator', limits })
    })

    it('are listed, the oldest first', async () => {
      const stage = await open()
      for (const id of ['k1', 'k2']) {
        await stage.keys.createKey(newKey(id))
        stage.advance(1)
      }
      expect((await stage.keys.keys()).map(({ id, models }) => [id, models])).toEqual([
        ['k1', null],
        ['k2', null],
      ])
    })

    it('are refused where their id or their hash is there already', async () => {
      const stage = await open()
      await stage.keys.createKey(newKey('k1'))
      await expect(stage.keys.createKey(newKey('k1', { sha256: Buffer.alloc(32) }))).rejects.toMatchObject({
        name: 'StoreError',
        code: 'failed',
        message: expect.stringMatching(/unique/i),
      })
      await expect(stage.keys.createKey(newKey('k2', { sha256: newKey('k1').sha256 }))).rejects.toThrow(
        /unique/i,
      )
      expect(await stage.keys.keys()).toHaveLength(1)
    })

    it('stay revoked from their first revocation on', async () => {
      const stage = await open()
      await stage.keys.createKey(newKey('k1'))
      expect(await stage.keys.revokeKey('k1')).toBe(true)
      const revoked = await stage.keys.keyByHash(newKey('k1').sha256)
      expect(revoked?.usable).toBe(false)
      expect(revoked?.revokedAt).not.toBeNull()
      stage.advance(HOUR_MS)
      expect(await stage.keys.revokeKey('k1')).toBe(true)
      expect((await stage.keys.keys()).map(({ revokedAt }) => revokedAt)).toEqual([revoked?.revokedAt])
      expect(await stage.keys.revokeKey('never-was')).toBe(false)
    })

    itWithClock('are usable until they expire, by the clock of the store', async () => {
      const stage = await open()
      const { createdAt } = await stage.keys.createKey(newKey('k0'))
      await stage.keys.createKey(newKey('k1', { expiresAt: createdAt + HOUR_MS }))
      stage.advance(HOUR_MS - 1)
      expect((await stage.keys.keyByHash(newKey('k1').sha256))?.usable).toBe(true)
      stage.advance(1)
      expect((await stage.keys.keyByHash(newKey('k1').sha256))?.usable).toBe(false)
      expect((await stage.keys.keyByHash(newKey('k0').sha256))?.usable).toBe(true)
    })

    it('belong to accounts, which are made once', async () => {
      const stage = await open()
      await stage.keys.ensureAccount('acme', 'Acme')
      await expect(stage.keys.ensureAccount('acme', 'Another name')).resolves.toBeUndefined()
    })
  })

  describe('gates', () => {
    it('keep what they learnt, the last word of each', async () => {
      const stage = await open()
      expect(await stage.engine.gates()).toEqual([])
      const shut = { code: 'deployment_closed', message: 'the key is refused' }
      await stage.engine.saveGates([
        { deployment: 'b', learned: '{"limit":3}', shut },
        { deployment: 'a', learned: '{}', shut: null },
      ])
      expect(await stage.engine.gates()).toEqual([
        { deployment: 'a', learned: '{}', shut: null },
        { deployment: 'b', learned: '{"limit":3}', shut },
      ])
      await stage.engine.saveGates([{ deployment: 'b', learned: '{"limit":3}', shut: null }])
      await stage.engine.saveGates([{ deployment: 'a', learned: '{"limit":9}', shut: null }])
      await stage.engine.saveGates([])
      expect(await stage.engine.gates()).toEqual([
        { deployment: 'a', learned: '{"limit":9}', shut: null },
        { deployment: 'b', learned: '{"limit":3}', shut: null },
      ])
    })
  })
}
