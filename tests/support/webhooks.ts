import type { TestGateway } from './gateway.ts'
import { type Answer, call } from './http.ts'
import { until } from './wait.ts'

/** The answers of the endpoints of webhooks, as far as tests look at them. */
export interface WebhookJson {
  readonly id: string
  readonly url: string
  readonly events: readonly string[]
  readonly format: string
  readonly batch_id: string | null
  readonly enabled: boolean
  readonly disabled_at: string | null
  readonly disabled_reason: string | null
  readonly failing_since: string | null
  readonly secret: string
}

export interface DeliveryJson {
  readonly id: string
  readonly type: string
  readonly batch_id: string | null
  readonly state: string
  readonly attempts: number
  readonly last_attempts: ReadonlyArray<{ ms: number; status: number | null; error: string | null }>
  readonly next_attempt_at: string | null
}

type Server = Pick<TestGateway, 'url' | 'key'>

const answered = <Json>(answer: Answer): Json => {
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`)
  return answer.json as Json
}

export const addWebhook = async (server: Server, body: object): Promise<WebhookJson> =>
  answered(await call(`${server.url}/v1/webhooks`, { key: server.key, body }))

export const webhookNow = async (server: Server, id: string): Promise<WebhookJson> =>
  answered(await call(`${server.url}/v1/webhooks/${id}`, { key: server.key }))

export const changeWebhook = async (server: Server, id: string, body: object): Promise<WebhookJson> =>
  answered(await call(`${server.url}/v1/webhooks/${id}`, { key: server.key, body }))

/** A POST without a body. */
export const post = async <Json>(server: Server, path: string): Promise<Json> =>
  answered(await call(`${server.url}${path}`, { key: server.key, method: 'POST' }))

export const deliveriesOf = async (server: Server, id: string): Promise<readonly DeliveryJson[]> => {
  const page = await call(`${server.url}/v1/webhooks/${id}/deliveries?limit=100`, { key: server.key })
  return answered<{ data: DeliveryJson[] }>(page).data
}

/** The delivery of an event of this type, once it looks as it should. */
export const deliverySeen = (
  server: Server,
  webhook: string,
  type: string,
  isSo: (delivery: DeliveryJson) => boolean,
): Promise<DeliveryJson> =>
  until(`the delivery of ${type}`, async () =>
    (await deliveriesOf(server, webhook)).find((delivery) => delivery.type === type && isSo(delivery)),
  )
