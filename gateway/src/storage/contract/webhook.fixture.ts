import { BATCH_EVENT_TYPES } from '../../batch/events.ts'
import type { DeliveryRef, DueDelivery, RecordedAttempt } from '../deliveries.ts'
import type { NewBatchWebhook } from '../tenant.ts'
import type { NewWebhook, WebhookView } from '../tenant-webhooks.ts'
import { ACCOUNT, type Stage } from './stage.fixture.ts'

export const SECRET = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX'
export const ROUND_MS = 86_400_000

export const newWebhook = (id: string, more: Partial<NewWebhook> = {}): NewWebhook => ({
  id,
  url: `https://hooks.example/${id}`,
  format: 'standard',
  events: BATCH_EVENT_TYPES,
  description: '',
  secret: SECRET,
  ...more,
})

export const batchWebhook = (id: string, more: Partial<NewBatchWebhook> = {}): NewBatchWebhook => ({
  ...newWebhook(id),
  secret: null,
  ...more,
})

/** An endpoint of the account; there is room for it. */
export const addWebhook = async (
  stage: Stage,
  id: string,
  { account = ACCOUNT, ...more }: Partial<NewWebhook> & { account?: string } = {},
): Promise<WebhookView> => {
  const webhook = await stage.tenant(account).createWebhook(newWebhook(id, more), 20)
  if (!webhook) throw new Error(`there is no room for ${id}`)
  return webhook
}

export const dueNow = (stage: Stage, onTheWay: readonly DeliveryRef[] = []): Promise<DueDelivery[]> =>
  stage.deliveries.due({ max: 100, skipAccounts: [], onTheWay })

/** `endpoint type` of what is due, in its order. */
export const dueNames = async (stage: Stage): Promise<string[]> =>
  (await dueNow(stage)).map(({ endpoint, event }) => `${endpoint} ${event.type}`)

export const attemptOf = (delivery: DeliveryRef, outcome: RecordedAttempt['outcome']): RecordedAttempt => ({
  delivery: { endpoint: delivery.endpoint, seq: delivery.seq },
  attempt: { ms: 5, status: null, error: outcome.kind === 'delivered' ? null : 'it failed' },
  outcome,
  roundMs: ROUND_MS,
  notice: { eventId: `evt_notice_${delivery.endpoint}`, keptMs: 1_000 },
})

/** Delivers what is due until nothing is; gives what was, in its order. */
export const deliverAll = async (stage: Stage): Promise<string[]> => {
  const names: string[] = []
  for (;;) {
    const [first] = await dueNow(stage)
    if (!first) return names
    names.push(`${first.endpoint} ${first.event.type}`)
    await stage.deliveries.record(attemptOf(first, { kind: 'delivered' }))
  }
}
