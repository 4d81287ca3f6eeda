import type { TenantStore } from '../../storage/tenant.ts'
import type { WebhookView } from '../../storage/tenant-webhooks.ts'
import { ApiError } from '../errors.ts'

const WEBHOOK_ID = /^webhook_[0-9A-Za-z]{1,64}$/

/** Of the account or of one of its batches; another's is as one that does not exist. */
export const findWebhook = async (store: TenantStore, id: string): Promise<WebhookView> => {
  const webhook = WEBHOOK_ID.test(id) ? await store.webhook(id) : undefined
  if (!webhook) throw noSuchWebhook(id)
  return webhook
}

export const noSuchWebhook = (id: string): ApiError =>
  new ApiError('not_found', `There is no webhook "${id.slice(0, 80)}" of this account`)
