import { randomBytes } from 'node:crypto'
import type { Config } from '../../config/config.ts'
import type { WebhookContext } from '../../intake/webhook.ts'
import { plainRefusalOf } from '../../outbound/network-rules.ts'
import type { NewBatchWebhook, TenantStore } from '../../storage/tenant.ts'
import type { WebhookOrder } from '../../storage/webhooks.ts'
import type { ServerContext } from '../context.ts'

const SECRET_BYTES = 32

export const newSecret = (): string => `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`

export const webhookContext = ({ webhooks }: Config): WebhookContext => ({
  refusal: (url) => plainRefusalOf(url, webhooks),
})

/** What the store is handed of a batch's own endpoint; one without a secret finds the account's in place. */
export const batchWebhook = async (
  { ids }: Pick<ServerContext, 'ids'>,
  store: Pick<TenantStore, 'webhookSecret'>,
  order: WebhookOrder | null,
): Promise<NewBatchWebhook | null> => {
  if (order === null) return null
  if (order.secret === null) await store.webhookSecret(newSecret())
  return { ...order, id: ids.next('webhook_') }
}
