import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TenantStore } from '../../storage/tenant.ts'
import type { DeliveryView } from '../../storage/tenant-webhooks.ts'
import type { ServerContext } from '../context.ts'
import { ApiError } from '../errors.ts'
import { listJson } from '../openai/file-json.ts'
import { readLimit, readText } from '../openai/page-query.ts'
import { refuseOtherMethods } from '../other-methods.ts'
import { findWebhook, noSuchWebhook } from './find-webhook.ts'
import { deliveryJson } from './webhook-json.ts'

const LIST = { max: 100, standard: 20 }
const EVENT_ID = /^evt_[0-9A-Za-z_]{1,100}$/

type DeliveryRequest = FastifyRequest<{
  Params: { id: string; delivery: string }
  Querystring: { limit?: unknown; after?: unknown }
}>

/** What was sent to an endpoint, and what is sent by hand. */
export const deliveryRoutes = (
  app: FastifyInstance,
  { ids, config, onEvent }: ServerContext,
  storeOf: (request: FastifyRequest) => Promise<TenantStore>,
): void => {
  app.get('/v1/webhooks/:id/deliveries', async (request: DeliveryRequest) => {
    const store = await storeOf(request)
    const limit = readLimit(request.query.limit, LIST)
    const after = readText(request.query.after, 'after')
    const { id } = await findWebhook(store, request.params.id)
    return listJson(await store.deliveries(id, { limit: limit + 1, after }), limit, deliveryJson)
  })

  app.post('/v1/webhooks/:id/test', async (request: DeliveryRequest) => {
    const store = await storeOf(request)
    const { id } = await findWebhook(store, request.params.id)
    const data = JSON.stringify({ id })
    const test = { eventId: ids.next('evt_'), data, keptMs: config().retentionMs }
    const sent = await store.testWebhook(id, test)
    if (!sent) throw noSuchWebhook(id)
    return answer(id, sent)
  })

  app.post('/v1/webhooks/:id/deliveries/:delivery/replay', async (request: DeliveryRequest) => {
    const store = await storeOf(request)
    const { delivery } = request.params
    const { id } = await findWebhook(store, request.params.id)
    const sent = EVENT_ID.test(delivery) ? await store.replay(id, delivery) : undefined
    if (!sent) {
      throw new ApiError('not_found', `There is no delivery "${delivery.slice(0, 80)}" of this webhook`)
    }
    return answer(id, sent)
  })

  const answer = (id: string, sent: DeliveryView | 'disabled'): unknown => {
    if (sent === 'disabled') {
      const message = `${id} is disabled: nothing is sent to it. POST {"enabled": true} to it first`
      throw new ApiError('webhook_disabled', message)
    }
    onEvent()
    return deliveryJson(sent)
  }

  refuseOtherMethods(app, '/v1/webhooks/:id/test', ['POST'])
  refuseOtherMethods(app, '/v1/webhooks/:id/deliveries', ['GET'])
  refuseOtherMethods(app, '/v1/webhooks/:id/deliveries/:delivery/replay', ['POST'])
}
