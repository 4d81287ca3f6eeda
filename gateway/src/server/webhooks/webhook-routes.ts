import type { FastifyInstance, FastifyRequest } from 'fastify'
import { firstUnknownKey, type Problem, unknownField } from '../../intake/faults.ts'
import { memberProblem, membersOf, nameAt, readWebhook } from '../../intake/webhook.ts'
import type { TenantStore } from '../../storage/tenant.ts'
import type { WebhookChange } from '../../storage/tenant-webhooks.ts'
import type { Authenticate } from '../auth.ts'
import type { ServerContext } from '../context.ts'
import { ApiError } from '../errors.ts'
import { readJsonObject } from '../json-body.ts'
import { listJson } from '../openai/file-json.ts'
import { readLimit, readText } from '../openai/page-query.ts'
import { refuseOtherMethods } from '../other-methods.ts'
import { deliveryRoutes } from './delivery-routes.ts'
import { findWebhook, noSuchWebhook } from './find-webhook.ts'
import { webhookJson } from './webhook-json.ts'
import { newSecret, webhookContext } from './webhook-order.ts'

const WEBHOOKS_MAX = 20
/** An old secret signs as well for so long, so that receivers can change theirs in between. */
const OLD_SECRET_MS = 86_400_000
const LIST = { max: 100, standard: 20 }
const CHANGEABLE = ['url', 'events', 'format', 'description', 'enabled']

type WebhookRequest = FastifyRequest<{
  Params: { id: string }
  Querystring: { limit?: unknown; after?: unknown }
}>

/** The endpoints of an account: where events of its batches are sent, and what was sent. */
export const webhookRoutes = (
  app: FastifyInstance,
  context: ServerContext,
  authenticate: Authenticate,
): void => {
  const storeOf = async ({ headers }: FastifyRequest): Promise<TenantStore> =>
    context.tenant((await authenticate(headers)).account)

  app.post('/v1/webhooks', async (request) => {
    const store = await storeOf(request)
    const reading = readWebhook(await readJsonObject(request), '', webhookContext(context.config()))
    if (reading.kind === 'problem') throw refusal(reading.problem)
    const secret = reading.webhook.secret ?? newSecret()
    const order = { ...reading.webhook, secret, id: context.ids.next('webhook_') }
    const webhook = await store.createWebhook(order, WEBHOOKS_MAX)
    if (!webhook) {
      const message = `There are ${WEBHOOKS_MAX} webhooks already, and there can be no more; delete one`
      throw new ApiError('too_many_webhooks', message)
    }
    return { ...webhookJson(webhook), secret }
  })

  app.get('/v1/webhooks', async (request: WebhookRequest) => {
    const store = await storeOf(request)
    const limit = readLimit(request.query.limit, LIST)
    const after = readText(request.query.after, 'after')
    return listJson(await store.webhooks({ limit: limit + 1, after }), limit, webhookJson)
  })

  app.get('/v1/webhooks/secret', async (request) => {
    const store = await storeOf(request)
    return { object: 'webhook.secret', secret: await store.webhookSecret(newSecret()) }
  })

  app.post('/v1/webhooks/secret/rotate', async (request) => {
    const store = await storeOf(request)
    const secret = newSecret()
    await store.rotateWebhookSecret(secret, OLD_SECRET_MS)
    return { object: 'webhook.secret', secret }
  })

  app.get('/v1/webhooks/:id', async (request: WebhookRequest) =>
    webhookJson(await findWebhook(await storeOf(request), request.params.id)),
  )

  app.post('/v1/webhooks/:id', async (request: WebhookRequest) => {
    const store = await storeOf(request)
    const { id } = await findWebhook(store, request.params.id)
    const change = readChange(await readJsonObject(request), context)
    const webhook = await store.changeWebhook(id, change)
    if (!webhook) throw noSuchWebhook(id)
    return webhookJson(webhook)
  })

  app.delete('/v1/webhooks/:id', async (request: WebhookRequest) => {
    const store = await storeOf(request)
    const { id } = await findWebhook(store, request.params.id)
    if (!(await store.removeWebhook(id))) throw noSuchWebhook(id)
    return { id, object: 'webhook', deleted: true }
  })

  app.post('/v1/webhooks/:id/rotate', async (request: WebhookRequest) => {
    const store = await storeOf(request)
    const webhook = await findWebhook(store, request.params.id)
    const secret = newSecret()
    if (!(await store.rotateWebhook(webhook.id, secret, OLD_SECRET_MS))) throw noSuchWebhook(webhook.id)
    return { ...webhookJson(webhook), secret }
  })

  deliveryRoutes(app, context, storeOf)
  refuseOtherMethods(app, '/v1/webhooks', ['GET', 'POST'])
  refuseOtherMethods(app, '/v1/webhooks/secret', ['GET'])
  refuseOtherMethods(app, '/v1/webhooks/secret/rotate', ['POST'])
  refuseOtherMethods(app, '/v1/webhooks/:id', ['GET', 'POST', 'DELETE'])
  refuseOtherMethods(app, '/v1/webhooks/:id/rotate', ['POST'])
}

const readChange = (body: Readonly<Record<string, unknown>>, context: ServerContext): WebhookChange => {
  const unknown = firstUnknownKey(body, CHANGEABLE)
  if (unknown !== undefined) throw refusal(unknownField(unknown, CHANGEABLE))
  const problem = memberProblem(body, nameAt(''), webhookContext(context.config()))
  if (problem) throw refusal(problem)
  const { enabled } = body
  if (enabled != null && typeof enabled !== 'boolean') {
    throw new ApiError('invalid_type', '"enabled" must be true or false', { field: 'enabled' })
  }
  return { ...membersOf(body), enabled: enabled ?? undefined }
}

const refusal = ({ code, message, field }: Problem): ApiError => new ApiError(code, message, { field })
