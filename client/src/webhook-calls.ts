import { type Caller, type CallOptions, query } from './caller.ts'
import type { Page } from './file-shapes.ts'
import { readPage } from './read-file-answer.ts'
import { readCreatedWebhook, readDelivery, readSecret, readWebhook } from './read-webhook-answer.ts'
import type {
  ChangeWebhook,
  CreatedWebhook,
  CreateWebhook,
  WebhookDelivery,
  WebhookEndpoint,
} from './webhook-shapes.ts'

export interface WebhookPageOptions extends CallOptions {
  readonly limit?: number
  readonly after?: string
}

export interface WebhookCalls {
  /** A reply that is lost may leave an endpoint behind that is told as well: look with `list`. */
  create(body: CreateWebhook, options?: CallOptions): Promise<CreatedWebhook>
  /** Those of the account, newest first. */
  list(options?: WebhookPageOptions): Promise<Page<WebhookEndpoint>>
  get(id: string, options?: CallOptions): Promise<WebhookEndpoint>
  change(id: string, change: ChangeWebhook, options?: CallOptions): Promise<WebhookEndpoint>
  /** A new secret; the old one signs as well for a day. */
  rotate(id: string, options?: CallOptions): Promise<CreatedWebhook>
  delete(id: string, options?: CallOptions): Promise<void>
  /** Sends an event that is only a test. */
  test(id: string, options?: CallOptions): Promise<WebhookDelivery>
  /** What was sent, the newest event first. */
  deliveries(id: string, options?: WebhookPageOptions): Promise<Page<WebhookDelivery>>
  /** Sends an event once more. */
  replay(id: string, delivery: string, options?: CallOptions): Promise<WebhookDelivery>
  /** What signs for webhooks of batches that brought no secret. */
  secret(options?: CallOptions): Promise<string>
}

const webhookPath = (id: string): string => `/v1/webhooks/${encodeURIComponent(id)}`

export const webhookCalls = ({ call }: Caller): WebhookCalls => ({
  create: async (body, options) =>
    // Sent once: a create that is repeated makes a second endpoint.
    readCreatedWebhook(await call('POST', '/v1/webhooks', options, { ...json(body), retriesMax: 0 })),
  list: async ({ limit, after, ...options } = {}) =>
    readPage(await call('GET', `/v1/webhooks${query({ limit, after })}`, options), readWebhook),
  get: async (id, options) => readWebhook(await call('GET', webhookPath(id), options)),
  change: async (id, change, options) =>
    readWebhook(await call('POST', webhookPath(id), options, json(change))),
  rotate: async (id, options) =>
    readCreatedWebhook(await call('POST', `${webhookPath(id)}/rotate`, options, { retriesMax: 0 })),
  delete: async (id, options) => {
    await call('DELETE', webhookPath(id), options)
  },
  test: async (id, options) =>
    readDelivery(await call('POST', `${webhookPath(id)}/test`, options, { retriesMax: 0 })),
  deliveries: async (id, { limit, after, ...options } = {}) =>
    readPage(
      await call('GET', `${webhookPath(id)}/deliveries${query({ limit, after })}`, options),
      readDelivery,
    ),
  replay: async (id, delivery, options) => {
    const path = `${webhookPath(id)}/deliveries/${encodeURIComponent(delivery)}/replay`
    return readDelivery(await call('POST', path, options))
  },
  secret: async (options) => readSecret(await call('GET', '/v1/webhooks/secret', options)),
})

const json = (body: object) => ({ body: JSON.stringify(body) })
