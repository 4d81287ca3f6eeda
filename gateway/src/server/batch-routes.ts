import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { BATCH_ID } from '../batch/batch-id.ts'
import type { BatchView } from '../storage/tenant.ts'
import { readCallerHeaders } from './anthropic/caller-headers.ts'
import type { Authenticate } from './auth.ts'
import { batchJson, deletedBatchJson } from './batch-json.ts'
import type { ServerContext } from './context.ts'
import { createBatch } from './create-batch.ts'
import { readCreateHeaders } from './create-headers.ts'
import type { CreatesInLine } from './creates-in-line.ts'
import { isOpenaiClient } from './dialect-of.ts'
import { ApiError } from './errors.ts'
import { lossyOfHeaders } from './lossy-header.ts'
import { requireJson } from './media-type.ts'
import { keepCompany } from './native/answer-later.ts'
import { checkBatch } from './native/check-batch.ts'
import { readWait, wantsMinimal } from './native/prefer.ts'
import { openaiBatchJson, validatingJson } from './openai/batch-json.ts'
import { listJson } from './openai/file-json.ts'
import { type PageQuery, readLimit, readText } from './openai/page-query.ts'
import { refuseOtherMethods } from './other-methods.ts'
import { publicUrlFor } from './public-url.ts'
import { answerResults } from './results/answer-results.ts'
import { readResultsQuery } from './results/results-query.ts'
import { retryBatch } from './retry-batch.ts'
import { shareLooks } from './share-looks.ts'
import { inShortTurns } from './short-turns.ts'

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' }
const LIST_MAX = 100
const LIST_STANDARD = 20

type BatchRequest = FastifyRequest<{ Params: { id: string }; Querystring: Record<string, unknown> }>

interface FoundBatch {
  readonly account: string
  readonly batch: BatchView
}

/** The endpoints of batches, which the dialects share: a batch is shown in the words of the one it came in. */
export const batchRoutes = (
  app: FastifyInstance,
  context: ServerContext,
  { authenticate, line }: { authenticate: Authenticate; line: CreatesInLine },
): void => {
  const keyOf = (request: FastifyRequest) => authenticate(request.headers)
  const lookTogether = shareLooks((account, id) => context.tenant(account).batch(id))

  const show = (request: FastifyRequest, batch: BatchView): unknown =>
    batchJson(batch, {
      why: context.whyWaiting,
      publicUrl: () => publicUrlFor(context.config(), request),
    })

  const findBatch = async (request: BatchRequest): Promise<FoundBatch> => {
    const { account } = await keyOf(request)
    const { id } = request.params
    const batch = BATCH_ID.test(id) ? await context.tenant(account).batch(id) : undefined
    if (!batch) throw noSuchBatch(id)
    if (batch.dialect === 'openai' || batch.dialect === 'anthropic') request.callerDialect = batch.dialect
    return { account, batch }
  }

  /** Waits for the end of a running batch, keeping the client company; gives the batch as it is then. */
  const whenEnded = async (
    found: FoundBatch,
    { request, reply, standardMs }: { request: BatchRequest; reply: FastifyReply; standardMs: number },
  ): Promise<FoundBatch> => {
    const wait = readWait(request.headers.prefer, standardMs)
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

  /** Clients of the makers look again and again, and expect an answer at once. */
  const longPollMs = ({ batch }: FoundBatch): number =>
    batch.dialect === 'native' ? context.config().longPollMs : 0

  app.post('/v1/batches', async (request) => {
    const key = await keyOf(request)
    requireJson(request.headers)
    const headers = readCreateHeaders(request.headers)
    const { id: apiKey, account } = key
    // Not closed where intake stops reading: the answer still has to go out over the same connection.
    const body = inShortTurns(request.raw.iterator({ destroyOnReturn: false }))
    const order = {
      key,
      body,
      path: '/v1/batches',
      headers,
      callerHeaders: readCallerHeaders(request.headers),
      lossy: lossyOfHeaders(request.headers),
      isNativeByDefault: !isOpenaiClient(request),
      onDialect: (dialect: 'openai' | 'anthropic') => {
        request.callerDialect = dialect
      },
      span: request.span,
    }
    const { batch, isNew } = await line.run({ account, apiKey, ...headers }, () =>
      createBatch(context, order),
    )
    const isFresh = isNew && batch.dialect === 'openai'
    return isFresh ? validatingJson(batch) : show(request, batch)
  })

  app.post('/v1/batches/check', async (request) => {
    const key = await keyOf(request)
    requireJson(request.headers)
    const body = inShortTurns(request.raw.iterator({ destroyOnReturn: false }))
    return checkBatch(context, { key, body, lossy: lossyOfHeaders(request.headers) })
  })

  app.get('/v1/batches', async (request: FastifyRequest<{ Querystring: PageQuery }>) => {
    request.callerDialect = 'openai'
    const { account } = await keyOf(request)
    const limit = readLimit(request.query.limit, { max: LIST_MAX, standard: LIST_STANDARD })
    const after = readText(request.query.after, 'after')
    const page = { limit: limit + 1, ...(after === undefined ? {} : { after }) }
    const batches = await context.tenant(account).batches(page)
    return listJson(batches, limit, (batch) => openaiBatchJson(batch, context.whyWaiting))
  })

  app.get('/v1/batches/:id', async (request: BatchRequest, reply) => {
    const found = await findBatch(request)
    const { batch } = await whenEnded(found, { request, reply, standardMs: longPollMs(found) })
    return finish(reply, JSON.stringify(show(request, batch)))
  })

  app.get('/v1/batches/:id/results', async (request: BatchRequest, reply) => {
    const found = await findBatch(request)
    // Before the wait: once it has begun, the status is sent.
    const query = readResultsQuery(request.query, found.batch)
    const standardMs = query.order === 'completion' ? 0 : longPollMs(found)
    const minimal = wantsMinimal(request.headers.prefer)
    const ended = await whenEnded(found, { request, reply, standardMs })
    return stream(reply, await answerResults(context, { ...ended, query, minimal }))
  })

  app.post('/v1/batches/:id/cancel', async (request: BatchRequest) => {
    const { account, batch } = await findBatch(request)
    const stopped = await context.tenant(account).stop(batch.id, 'cancel')
    if (!stopped) throw noSuchBatch(batch.id)
    context.onAccepted()
    return show(request, stopped)
  })

  app.post('/v1/batches/:id/retry', async (request: BatchRequest) => {
    const key = await keyOf(request)
    const { batch: retried } = await findBatch(request)
    const headers = readCreateHeaders(request.headers)
    const path = `/v1/batches/${retried.id}/retry`
    const create = { apiKey: key.id, path, bodySha256: retried.id, ...headers }
    const order = { apiKey: key.id, account: key.account, ...headers }
    const batch = await line.run(order, () =>
      retryBatch(context, { key, retried, create, span: request.span }),
    )
    return show(request, batch)
  })

  app.delete('/v1/batches/:id', async (request: BatchRequest) => {
    const { account, batch } = await findBatch(request)
    if (!(await context.tenant(account).remove(batch.id))) throw noSuchBatch(batch.id)
    context.ends.ended(batch.id)
    return deletedBatchJson(batch)
  })

  refuseOtherMethods(app, '/v1/batches', ['GET', 'POST'])
  refuseOtherMethods(app, '/v1/batches/check', ['POST'])
  refuseOtherMethods(app, '/v1/batches/:id', ['GET', 'DELETE'])
  refuseOtherMethods(app, '/v1/batches/:id/results', ['GET'])
  refuseOtherMethods(app, '/v1/batches/:id/cancel', ['POST'])
  refuseOtherMethods(app, '/v1/batches/:id/retry', ['POST'])
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

const stream = (reply: FastifyReply, pieces: AsyncIterable<Buffer>): FastifyReply => {
  const body = Readable.from(pieces, { objectMode: false, highWaterMark: 1_048_576 })
  if (!reply.raw.headersSent) return reply.headers(JSON_HEADERS).send(body)
  reply.hijack()
  // Either side takes the other with it. What is cut off is no JSON, so a client cannot mistake it for all.
  pipeline(body, reply.raw).catch(() => undefined)
  return reply
}
