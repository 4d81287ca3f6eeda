import { describe, expect, it } from 'vitest'
import type { Cases } from './stage.fixture.ts'
import { addWebhook, batchWebhook, dueNow, newWebhook, SECRET } from './webhook.fixture.ts'

const OTHER_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

export const webhookCases = ({ open, itWithClock }: Cases): void => {
  describe('the webhooks of an account', () => {
    it('are what was said of them', async () => {
      const stage = await open()
      const made = await addWebhook(stage, 'hook', { events: ['batch.failed'], description: 'the pager' })
      expect(made).toMatchObject({
        id: 'hook',
        batch: null,
        url: 'https://hooks.example/hook',
        format: 'standard',
        events: ['batch.failed'],
        description: 'the pager',
        failingSince: null,
        disabled: null,
      })
      expect(await stage.tenant().webhook('hook')).toEqual(made)
    })

    it('are listed a page at a time, and counted up to a limit', async () => {
      const stage = await open()
      for (const id of ['a', 'b', 'c']) await addWebhook(stage, id)
      await addWebhook(stage, 'd', { account: 'other' })
      const first = await stage.tenant().webhooks({ limit: 2 })
      const rest = await stage.tenant().webhooks({ limit: 2, after: first.at(-1)?.id })
      expect([...first, ...rest].map(({ id }) => id).sort()).toEqual(['a', 'b', 'c'])
      expect(await stage.tenant().createWebhook(newWebhook('e'), 3)).toBeUndefined()
      expect(await stage.tenant().createWebhook(newWebhook('e'), 4)).toMatchObject({ id: 'e' })
    })

    it('change in what is named alone', async () => {
      const stage = await open()
      const before = await addWebhook(stage, 'hook')
      const url = 'https://elsewhere.example/'
      expect(await stage.tenant().changeWebhook('hook', { url, events: undefined })).toEqual({
        ...before,
        url,
      })
      const change = { events: ['batch.failed'], format: 'slack', description: 'x' } as const
      expect(await stage.tenant().changeWebhook('hook', change)).toEqual({ ...before, url, ...change })
    })

    it('are nobody else’s', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      await stage.run({ id: 'batch_b' })
      const stranger = stage.tenant('other')
      expect(await stranger.webhook('hook')).toBeUndefined()
      expect(await stranger.changeWebhook('hook', { enabled: false })).toBeUndefined()
      expect(await stranger.removeWebhook('hook')).toBe(false)
      expect(await stranger.rotateWebhook('hook', OTHER_SECRET, 0)).toBe(false)
      expect(await stranger.deliveries('hook', { limit: 9 })).toEqual([])
      expect(await stranger.replay('hook', 'evt_b_created')).toBeUndefined()
      const test = { eventId: 'evt_t', data: '{}', keptMs: 1 }
      expect(await stranger.testWebhook('hook', test)).toBeUndefined()
      expect(await stage.tenant().webhook('hook')).toMatchObject({ disabled: null })
    })

    it('are gone with what was on its way to them', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      await stage.run({ id: 'b' })
      expect(await stage.tenant().removeWebhook('hook')).toBe(true)
      expect(await stage.tenant().removeWebhook('hook')).toBe(false)
      expect(await dueNow(stage)).toEqual([])
    })
  })

  describe('the secrets that sign', () => {
    itWithClock('are for a while the old one too', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook', { events: ['batch.completed'] })
      await stage.run({ id: 'b' })
      const secrets = async () => (await dueNow(stage))[0]?.secrets
      expect(await secrets()).toEqual([SECRET])
      expect(await stage.tenant().rotateWebhook('hook', OTHER_SECRET, 1_000)).toBe(true)
      expect(await secrets()).toEqual([OTHER_SECRET, SECRET])
      stage.advance(1_000)
      expect(await secrets()).toEqual([OTHER_SECRET])
    })

    it('are the account’s where a batch brought none', async () => {
      const stage = await open()
      const shared = await stage.tenant().webhookSecret(SECRET)
      expect(shared).toBe(SECRET)
      expect(await stage.tenant().webhookSecret(OTHER_SECRET)).toBe(SECRET)
      expect(await stage.tenant('other').webhookSecret(OTHER_SECRET)).toBe(OTHER_SECRET)
      const events = ['batch.completed'] as const
      await stage.run({ id: 'b', more: { webhook: batchWebhook('none', { events }) } })
      await stage.run({ id: 'c', more: { webhook: batchWebhook('own', { events, secret: OTHER_SECRET }) } })
      const signedBy = async () =>
        Object.fromEntries((await dueNow(stage)).map(({ endpoint, secrets }) => [endpoint, secrets]))
      expect(await signedBy()).toEqual({ none: [SECRET], own: [OTHER_SECRET] })
      const third = `whsec_${Buffer.alloc(24, 3).toString('base64')}`
      await stage.tenant().rotateWebhookSecret(third, 60_000)
      expect(await stage.tenant().webhookSecret(SECRET)).toBe(third)
      expect(await signedBy()).toEqual({ none: [third, SECRET], own: [OTHER_SECRET] })
      const fourth = `whsec_${Buffer.alloc(24, 4).toString('base64')}`
      await stage.tenant().rotateWebhook('none', fourth, 60_000)
      expect(await signedBy()).toEqual({ none: [fourth, third], own: [OTHER_SECRET] })
    })
  })
}
