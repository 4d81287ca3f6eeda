import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { BATCH_ID } from '../../batch/batch-id.ts'
import type { BatchView } from '../../storage/tenant.ts'
import { answerBatchPart } from '../answer-batch-part.ts'
import type { Authenticate } from '../auth.ts'
import type { ServerContext } from '../context.ts'
import { readCreateHeaders } from '../create-headers.ts'
import type { CreatesInLine } from '../creates-in-line.ts'
import { ApiError } from '../errors.ts'
import { lossyOfHeaders } from '../lossy-header.ts'
import { requireJson } from '../media-type.ts'
import { refuseOtherMethods } from '../other-methods.ts'
import { publicUrlFor } from '../public-url.ts'
import { deletedMessageBatchJson, messageBatchJson } from './batch-json.ts'
import { readCallerHeaders } from './caller-headers.ts'
import { createMessageBatch } from './create-message-batch.ts'
import { pageJson } from './page-json.ts'
import { type PageQuery, readPage } from './page-query.ts'
import { requireVersion } from './version.ts'

const PATH = '/v1/messages/batches'

type BatchRequest = FastifyRequest<{ Params: { id: string } }>

interface FoundBatch {
  readonly account: string
  readonly batch: BatchView
}

/** The endpoints that batches have in Anthropic's dialect: they know those alone that came in it. */
export const messageBatchRoutes = (
  app: FastifyInstance,
  context: ServerContext,
  { authenticate, line }: { authenticate: Authenticate; line: CreatesInLine },
): void => {
  const keyOf = (request: FastifyRequest) => authenticate(request.headers)
  const show = (request: FastifyRequest, batch: BatchView) =>
    messageBatchJson(batch, () => publicUrlFor(context.config(), request))

  const findBatch = async (request: BatchRequest): Promise<FoundBatch> => {
    const { account } = await keyOf(request)
    const { id } = request.params
    const batch = BATCH_ID.test(id) ? await context.tenant(account).batch(id) : undefined
    if (batch?.dialect !== 'anthropic') throw noSuchBatch(id)
    return { account, batch }
  }

  app.post(PATH, async (request) => {
    const key = await keyOf(request)
    requireVersion(request.headers)
    requireJson(request.headers)
    const headers = readCreateHeaders(request.headers)
    const order = {
      key,
      // Not closed where intake stops reading: the answer still has to go out over the same connection.
      body: request.raw.iterator({ destroyOnReturn: false }),
      path: PATH,
      headers,
      lossy: lossyOfHeaders(request.headers),
      callerHeaders: readCallerHeaders(request.headers),
      span: request.span,
    }
    const { batch } = await line.run({ account: key.account, apiKey: key.id, ...headers }, () =>
      createMessageBatch(context, order),
    )
    return show(request, batch)
  })

  app.get(PATH, async (request: FastifyRequest<{ Querystring: PageQuery }>) => {
    const { account } = await keyOf(request)
    const { limit, afterId: after, beforeId: before } = readPage(request.query)
    const found = await context.tenant(account).batches({
      limit: limit + 1,
      dialect: 'anthropic',
      ...(after === undefined ? {} : { after }),
      ...(before === undefined ? {} : { before }),
    })
    const hasMore = found.length > limit
    // Of the page before another, what is too much is the newest.
    const batches = before !== undefined && hasMore ? found.slice(1) : found.slice(0, limit)
    return pageJson(
      batches.map((batch) => show(request, batch)),
      hasMore,
    )
  })

  app.get(`${PATH}/:id`, async (request: BatchRequest) => show(request, (await findBatch(request)).batch))

  app.post(`${PATH}/:id/cancel`, async (request: BatchRequest) => {
    const { account, batch } = await findBatch(request)
    const stopped = await context.tenant(account).stop(batch.id, 'cancel')
    if (!stopped) throw noSuchBatch(batch.id)
    context.onAccepted()
    return show(request, stopped)
  })

  app.delete(`${PATH}/:id`, async (request: BatchRequest) => {
    const { account, batch } = await findBatch(request)
    if (batch.outcome === null) throw stillRuns(batch, 'cancel it, and delete it once it has ended')
    if (!(await context.tenant(account).remove(batch.id))) throw noSuchBatch(batch.id)
    return deletedMessageBatchJson(batch.id)
  })

  app.get(`${PATH}/:id/results`, async (request: BatchRequest, reply: FastifyReply) => {
    const { account, batch } = await findBatch(request)
    if (batch.outcome === null) throw stillRuns(batch, 'its results are there once it has ended')
    const source = { store: context.tenant(account), blobs: context.blobs }
    const order = { batch, part: 'output', contentType: JSONL } as const
    const answered = await answerBatchPart(source, { request, reply }, order)
    if (!answered) throw noSuchBatch(batch.id)
    return answered
  })

  refuseOtherMethods(app, PATH, ['GET', 'POST'])
  refuseOtherMethods(app, `${PATH}/:id`, ['GET', 'DELETE'])
  refuseOtherMethods(app, `${PATH}/:id/cancel`, ['POST'])
  refuseOtherMethods(app, `${PATH}/:id/results`, ['GET'])
}

const JSONL = 'application/x-jsonl'

const noSuchBatch = (id: string): ApiError =>
  new ApiError('not_found', `There is no message batch "${id.slice(0, 80)}" of this account`)

const stillRuns = ({ id }: BatchView, hint: string): ApiError =>
  new ApiError('not_ended', `${id} still runs; ${hint}`)
