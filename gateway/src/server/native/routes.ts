import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { BatchView } from '../../storage/tenant.ts'
import type { Authenticate } from '../auth.ts'
import type { ServerContext } from '../context.ts'
import { createCreatesInLine } from '../creates-in-line.ts'
import { ApiError } from '../errors.ts'
import { requireJson } from '../media-type.ts'
import { refuseOtherMethods } from '../other-methods.ts'
import { shareLooks } from '../share-looks.ts'
import { keepCompany } from './answer-later.ts'
import { batchJson, errorOf, statusOf } from './batch-json.ts'
import { createBatch } from './create.ts'
import { readCreateHeaders } from './create-query.ts'
import { modelsJson } from './models.ts'
import { readWait } from './prefer.ts'
import { resultsBody } from './results-body.ts'

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' }
const BATCH_ID = /^batch_[0-9A-Za-z]{1,64}$/

type BatchRequest = FastifyRequest<{ Params: { id: string } }>

/** The endpoints of the native dialect. */
export const nativeRoutes = (
  app: FastifyInstance,
  context: ServerContext,
  authenticate: Authenticate,
): void => {
  const line = createCreatesInLine()
  const keyOf = (request: FastifyRequest) => authenticate(request.headers.authorization)
  const lookTogether = shareLooks((account, id) => context.tenant(account).batch(id))

  const findBatch = async (request: BatchRequest): Promise<{ account: string; batch: BatchView }> => {
    const { account } = await keyOf(request)
    const { id } = request.params
    const batch = BATCH_ID.test(id) ? await context.tenant(account).batch(id) : undefined
    if (!batch) throw noSuchBatch(id)
    return { account, batch }
  }

  /** Waits for the end of a running batch, keeping the client company; gives the batch as it is then. */
  const whenEnded = async (
    request: BatchRequest,
    reply: FastifyReply,
  ): Promise<{ account: string; batch: BatchView }> => {
    const found = await findBatch(request)
    const wait = readWait(request.headers.prefer, context.config.longPollMs)
    if (wait.applied !== undefined) reply.header('preference-applied', wait.applied)
    if (found.batch.outcome !== null || wait.ms === 0) return found
    const company = keepCompany(reply.headers(JSON_HEADERS), context.clock)
    try {
      await context.ends.wait(found.batch.id, wait.ms, company.gone)
      const batch = await lookTogether(found.account, found.batch.id)
      if (!batch) throw noSuchBatch(found.batch.id)
      return { account: found.account, batch }
    } finally {
      company.leave()
    }
  }

  app.get('/v1/models', async (request) =>
    modelsJson(context.config, await keyOf(request), context.clock.now()),
  )

  app.post('/v1/batches', async (request) => {
    const key = await keyOf(request)
    requireJson(request.headers)
    const headers = readCreateHeaders(request.headers)
    const { id: apiKey, account } = key
    // Not closed where intake stops reading: the answer still has to go out over the same connection.
    const body: AsyncIterable<Buffer> = request.raw.iterator({ destroyOnReturn: false })
    const order = { key, body, path: '/v1/batches', headers }
    const batch = await line.run({ account, apiKey, ...headers }, () => createBatch(context, order))
    return batchJson(batch, context.whyWaiting)
  })

  app.get('/v1/batches/:id', async (request: BatchRequest, reply) => {
    const { batch } = await whenEnded(request, reply)
    return finish(reply, JSON.stringify(batchJson(batch, context.whyWaiting)))
  })

  app.get('/v1/batches/:id/results', async (request: BatchRequest, reply) => {
    const { account, batch } = await whenEnded(request, reply)
    const head =
      `"batch_id":${JSON.stringify(batch.id)},"status":"${statusOf(batch)}",` +
      `"counts":${JSON.stringify(batch.counts)},`
    const order = {
      store: context.tenant(account),
      blobs: context.blobs,
      batch: batch.id,
      shards: batch.shards,
      head,
      tail: `,"error":${JSON.stringify(errorOf(batch))}`,
    }
    return stream(reply, Readable.from(resultsBody(order), { objectMode: false, highWaterMark: 1_048_576 }))
  })

  app.post('/v1/batches/:id/cancel', async (request: BatchRequest) => {
    const { account, batch } = await findBatch(request)
    const stopped = await context.tenant(account).stop(batch.id, 'cancel')
    if (!stopped) throw noSuchBatch(batch.id)
    context.onAccepted()
    return batchJson(stopped, context.whyWaiting)
  })

  app.delete('/v1/batches/:id', async (request: BatchRequest) => {
    const { account, batch } = await findBatch(request)
    if (!(await context.tenant(account).remove(batch.id))) throw noSuchBatch(batch.id)
    context.ends.ended(batch.id)
    return { batch_id: batch.id, id: batch.id, object: 'batch', deleted: true }
  })

  refuseOtherMethods(app, '/v1/models', ['GET'])
  refuseOtherMethods(app, '/v1/batches', ['POST'])
  refuseOtherMethods(app, '/v1/batches/:id', ['GET', 'DELETE'])
  refuseOtherMethods(app, '/v1/batches/:id/results', ['GET'])
  refuseOtherMethods(app, '/v1/batches/:id/cancel', ['POST'])
}

const noSuchBatch = (id: string): ApiError =>
  new ApiError('not_found', `There is no batch "${id.slice(0, 80)}" of this account`)

/** Where a space went out already, the headers are sent and the rest goes behind it. */
const finish = (reply: FastifyReply, text: string): FastifyReply => {
  if (!reply.raw.headersSent) return reply.headers(JSON_HEADERS).send(text)
  reply.hijack()
  reply.raw.end(text)
  return reply
}

const stream = (reply: FastifyReply, body: Readable): FastifyReply => {
  if (!reply.raw.headersSent) return reply.headers(JSON_HEADERS).send(body)
  reply.hijack()
  // Either side takes the other with it. What is cut off is no JSON, so a client cannot mistake it for all.
  pipeline(body, reply.raw).catch(() => undefined)
  return reply
}
