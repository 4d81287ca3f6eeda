import { describe, expect, it } from 'vitest'
import { NO_KEY_LIMITS } from '../operator.ts'
import { ACCOUNT, type Cases, CHARGE, COST, HOLD } from './stage.fixture.ts'
import { usageRow } from './usage.contract.ts'

const PAGE = { limit: 10, after: undefined }
const DAY_MS = 86_400_000

const newKey = (id: string, account: string) => ({
  id,
  account,
  name: `key ${id}`,
  sha256: Buffer.from(`hash of ${id}`.padEnd(32)),
  hint: 'sk-…abcd',
  models: null,
  expiresAt: null,
  role: 'client' as const,
  limits: NO_KEY_LIMITS,
})

export const adminCases = ({ open, itWithClock }: Cases): void => {
  describe('for operators, accounts', () => {
    it('are made once, renamed, and listed with what they have', async () => {
      const stage = await open()
      expect(await stage.admin.createAccount({ id: ACCOUNT, name: 'Acme' })).toMatchObject({ name: 'Acme' })
      expect(await stage.admin.createAccount({ id: ACCOUNT, name: 'Other' })).toBeUndefined()
      expect(await stage.admin.renameAccount(ACCOUNT, 'Acme Inc.')).toMatchObject({ name: 'Acme Inc.' })
      expect(await stage.admin.renameAccount('nobody', 'x')).toBeUndefined()
      await stage.keys.createKey(newKey('k1', ACCOUNT))
      await stage.keys.createKey(newKey('k2', ACCOUNT))
      await stage.keys.revokeKey('k2')
      await stage.accept({ id: 'b1' })
      expect(await stage.admin.accounts(PAGE)).toEqual([
        { id: ACCOUNT, name: 'Acme Inc.', createdAt: expect.any(Number), keys: 1, runningBatches: 1 },
      ])
    })

    it('show their money and what they used today', async () => {
      const stage = await open()
      await stage.admin.createAccount({ id: ACCOUNT, name: 'Acme' })
      await stage.accept({ id: 'b1', counts: [2] })
      expect(await stage.admin.account(ACCOUNT)).toMatchObject({ available: -HOLD, held: HOLD })
      await stage.join('w')
      for (const shard of await stage.claim('w')) await stage.finish('w', shard)
      const account = await stage.admin.account(ACCOUNT)
      expect(account).toMatchObject({ available: -2n * CHARGE, held: 0n, runningBatches: 0 })
      const used = { model: 'batch-4.1', via: 'batch', requests: 2, failed: 0, charge: 2n * CHARGE }
      expect(account?.today).toEqual([expect.objectContaining(used)])
      expect(account?.month).toEqual([expect.objectContaining(used)])
      expect(await stage.admin.account('nobody')).toBeUndefined()
      expect([await stage.admin.hasAccount(ACCOUNT), await stage.admin.hasAccount('nobody')]).toEqual([
        true,
        false,
      ])
    })

    itWithClock('come page by page, the newest first', async () => {
      const stage = await open()
      for (const id of ['a', 'b', 'c']) {
        await stage.admin.createAccount({ id, name: id })
        stage.advance(1)
      }
      const idsAfter = async (after: string | undefined) =>
        (await stage.admin.accounts({ limit: 2, after }))?.map(({ id }) => id)
      expect(await idsAfter(undefined)).toEqual(['c', 'b'])
      expect(await idsAfter('b')).toEqual(['a'])
      expect(await idsAfter('a')).toEqual([])
      expect(await idsAfter('nobody')).toBeUndefined()
    })
  })

  describe('for operators, keys', () => {
    it('are listed by account, and keep what a change does not name', async () => {
      const stage = await open()
      await stage.keys.createKey(newKey('k1', ACCOUNT))
      await stage.keys.createKey(newKey('k2', 'other'))
      const listed = await stage.admin.keysPage({ ...PAGE, account: ACCOUNT })
      expect(listed?.map(({ id }) => id)).toEqual(['k1'])
      expect(await stage.admin.keysPage({ ...PAGE, account: undefined })).toHaveLength(2)
      await stage.admin.changeKey('k1', { models: ['batch-4.1'], limits: { spend: 5n } })
      await stage.admin.changeKey('k1', { name: 'new name', expiresAt: 9, limits: { requestsPerMinute: 60 } })
      const changed = await stage.keys.keyByHash(newKey('k1', ACCOUNT).sha256)
      expect(changed).toMatchObject({
        name: 'new name',
        models: ['batch-4.1'],
        expiresAt: 9,
        usable: false,
        limits: { requestsPerMinute: 60, tokensPerMinute: null, spend: 5n },
      })
      expect(
        await stage.admin.changeKey('k1', { models: null, expiresAt: null, limits: { spend: null } }),
      ).toMatchObject({ models: null, expiresAt: null, usable: true, limits: { spend: null } })
      expect(await stage.admin.changeKey('k3', { limits: {} })).toBeUndefined()
    })

    it('show what they spent, and what is held for batches that run', async () => {
      const stage = await open()
      await stage.keys.createKey(newKey('key-1', ACCOUNT))
      await stage.run({ id: 'b1', counts: [2] })
      await stage.accept({ id: 'b2' })
      expect(await stage.admin.key('key-1')).toMatchObject({
        id: 'key-1',
        spent: { realTime: 0n, batches: 2n * CHARGE, held: HOLD, total: 2n * CHARGE + HOLD },
      })
      expect(await stage.admin.key('key-9')).toBeUndefined()
    })
  })

  describe('for operators, batches', () => {
    it('are seen across accounts, with what they cost', async () => {
      const stage = await open()
      await stage.run({ id: 'b1', counts: [2] })
      await stage.accept({ id: 'b2', account: 'other', model: 'gpt-4.1', counts: [1, 1] })
      const ids = async (filter: object) =>
        (await stage.admin.batchesPage({ ...PAGE, ...filter }))?.map(({ id }) => id).sort()
      expect(await ids({})).toEqual(['b1', 'b2'])
      expect(await ids({ account: 'other' })).toEqual(['b2'])
      expect(await ids({ state: 'ended' })).toEqual(['b1'])
      expect(await ids({ model: 'gpt-4.1' })).toEqual(['b2'])
      expect(await ids({ model: 'gpt-4.1', account: ACCOUNT })).toEqual([])
      expect(await ids({ after: 'b9' })).toBeUndefined()
      expect(await stage.admin.batch('b1')).toMatchObject({
        account: ACCOUNT,
        apiKey: 'key-1',
        spend: { cost: 2n * COST, waste: 0n, costUnknown: 0 },
        shardsByState: { waiting: 0, running: 0, sealed: 1 },
      })
      expect(await stage.admin.batch('b2')).toMatchObject({
        shardsByState: { waiting: 2, running: 0, sealed: 0 },
      })
      expect(await stage.admin.batch('b9')).toBeUndefined()
    })

    it('stay when they are deleted, and keep their money when their bodies are gone', async () => {
      const stage = await open()
      await stage.run({ id: 'b1', counts: [2] })
      await stage.tenant().remove('b1')
      expect(await stage.admin.batch('b1')).toMatchObject({ deletedAt: expect.any(Number) })
      const before = await stage.admin.spendTotals()
      const usage = await stage.admin.usage({ ...ALL, limit: 10, after: undefined })
      await stage.engine.purged('b1')
      expect(await stage.admin.batch('b1')).toMatchObject({ spend: { cost: 2n * COST } })
      expect(await stage.admin.spendTotals()).toEqual(before)
      expect(await stage.admin.usage({ ...ALL, limit: 10, after: undefined })).toEqual(usage)
    })

    it('that waste shows after their end show it', async () => {
      const stage = await open()
      await stage.accept({ id: 'b1', counts: [1] })
      await stage.join('w')
      const shard = await stage.claimOne('w')
      await stage.finish('w', shard)
      await stage.append('w', shard.id, [], 7n)
      expect((await stage.admin.batch('b1'))?.spend.waste).toBe(7n)
      expect(await stage.admin.spendTotals()).toEqual({
        batches: { cost: COST, waste: 7n, costUnknown: 0 },
        realTime: { cost: 0n, waste: 0n, costUnknown: 0 },
      })
    })
  })

  describe('for operators, usage', () => {
    it('has ordinary calls beside batches, those at batch price apart', async () => {
      const stage = await open()
      await stage.run({ id: 'b1', counts: [2] })
      const row = { account: ACCOUNT, apiKey: 'key-1', model: 'batch-4.1' }
      const rows = [
        usageRow({ ...row, tier: 'list', calls: 3, failed: 1, charge: 30n, cost: 20n, waste: 5n }),
        usageRow({ ...row, tier: 'batch', calls: 1, failed: 0, charge: 10n, cost: 8n, waste: 0n }),
      ]
      await stage.engine.recordUsage({ recorder: 'r', number: 1, rows })
      const usage = await stage.admin.usage({ ...ALL, limit: 10, after: undefined })
      expect(usage.map(({ via, requests, failed, charge }) => [via, requests, failed, charge])).toEqual([
        ['batch', 2, 0, 2n * CHARGE],
        ['flex', 1, 0, 10n],
        ['real_time', 3, 1, 30n],
      ])
      expect((await stage.admin.spendTotals()).realTime).toMatchObject({ cost: 28n, waste: 5n })
      await stage.keys.createKey(newKey('key-1', ACCOUNT))
      expect((await stage.admin.key('key-1'))?.spent).toEqual({
        realTime: 40n,
        batches: 2n * CHARGE,
        held: 0n,
        total: 2n * CHARGE + 40n,
      })
    })

    itWithClock('is summed by day, account, model and way, page by page', async () => {
      const stage = await open()
      await stage.run({ id: 'b1', counts: [2] })
      await stage.run({ id: 'b2', counts: [1], account: 'other', model: 'gpt-4.1' })
      stage.advance(DAY_MS)
      await stage.run({ id: 'b3', counts: [3] })
      const all = await stage.admin.usage({ ...ALL, limit: 10, after: undefined })
      expect(all.map(({ account, model, requests, charge }) => [account, model, requests, charge])).toEqual([
        [ACCOUNT, 'batch-4.1', 3, 3n * CHARGE],
        [ACCOUNT, 'batch-4.1', 2, 2n * CHARGE],
        ['other', 'gpt-4.1', 1, CHARGE],
      ])
      const [newest, ...older] = all
      expect(newest?.day).toBe((older[0]?.day ?? 0) + 1)
      expect(await stage.admin.usage({ ...ALL, limit: 10, after: newest })).toEqual(older)
      expect(await stage.admin.usage({ ...ALL, limit: 1, after: older[0] })).toEqual(older.slice(1))
      const to = older[0]?.day ?? 0
      expect(await stage.admin.usage({ ...ALL, to, limit: 10, after: undefined })).toEqual(older)
      const filter = { account: 'other', model: 'gpt-4.1' }
      expect(await stage.admin.usage({ ...ALL, ...filter, limit: 10, after: undefined })).toEqual(
        older.slice(1),
      )
    })
  })
}

const ALL = { from: 0, to: 100_000, account: undefined, model: undefined }
