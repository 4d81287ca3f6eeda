import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Answered, RefusalReason, Refused } from '../../interactive/interactive-call.ts'
import type { Outbox } from '../../sockets/outbox.ts'
import type { Authenticate } from '../auth.ts'
import type { ServerContext } from '../context.ts'
import { ApiError, type ErrorCode } from '../errors.ts'
import { lossyOfHeaders } from '../lossy-header.ts'
import { requireJson } from '../media-type.ts'
import { readBody } from '../read-body.ts'
import { callOrder } from './call-order.ts'
import { checkCall, TRANSLATION_HEADER } from './check-call.ts'
import type { CallDialect } from './dialects/call-dialect.ts'
import type { KeyLimits } from './key-limits.ts'
import type { KeySpending } from './key-spending.ts'
import { passHeaders, passRequestId } from './pass-headers.ts'
import { errorOfProvider } from './provider-error.ts'
import { readCall } from './read-call.ts'
import { sendWhole } from './send-whole.ts'
import { type ServiceTier, TIER_HEADER, tierOfHeaders } from './service-tier.ts'
import { endStream } from './stream-reply.ts'

export interface CallExchange {
  readonly endpoint: string
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** The dialect of a call, what it has to pass, for its key, and what its answer leaves by. */
interface Doors {
  readonly dialect: CallDialect
  readonly authenticate: Authenticate
  readonly limits: KeyLimits
  readonly spending: KeySpending
  readonly outbox: Outbox
}

/** Of JSON and English: what a call really used is known when it is over. */
const BYTES_PER_TOKEN = 4

/** From the first byte of a call to the last of its answer. Gives the reply where it is Fastify that sends it. */
export const answerCall = async (
  context: ServerContext,
  { dialect, authenticate, limits, spending, outbox }: Doors,
  { endpoint, request, reply }: CallExchange,
): Promise<FastifyReply | undefined> => {
  const key = await authenticate(request.headers)
  reply.headers(limits.headers(key))
  const passedHeaders = dialect.passedHeaders(request.headers)
  requireJson(request.headers)
  const headerTier = tierOfHeaders(request.headers)
  const config = context.config()
  const { itemBytesMax, depthMax } = config.intake
  const lossy = lossyOfHeaders(request.headers) ?? config.translation.lossy
  const reading = { dialect, endpoint, depthMax, headerTier, passedHeaders }
  const call = readCall(await readBody(request.raw, itemBytesMax), reading)
  reply.header(TIER_HEADER, call.tier)
  const now = context.clock.now()
  const order = callOrder(config, { key, endpoint, call, passedHeaders, reply, now })
  const way = context.wayOf(config)(call.model, endpoint)
  if (way.kind !== 'passes') {
    const { model, isStream, asked: body } = call
    const checked = { endpoint, model, isStream, body, headers: passedHeaders, lossy }
    const translation = checkCall(way, checked)
    if (translation !== undefined) reply.header(TRANSLATION_HEADER, translation)
  }
  if (key.limits.spend !== null) await spending.check(key)
  const entered = limits.enter(key, {
    inputTokens: Math.ceil(call.body.length / BYTES_PER_TOKEN),
    outputTokens: call.outputTokens ?? config.intake.outputTokensAssumed,
  })
  reply.headers(entered.headers)
  if (entered.refusal) throw entered.refusal
  const end = await context.interactive({
    ...order,
    onCharged({ usage, charge }) {
      entered.settle(usage.promptTokens + usage.completionTokens)
      spending.add(key.id, charge)
      reply.headers(limits.headers(key))
    },
  })
  switch (end.kind) {
    case 'answered':
      return sendAnswer(reply, end, { dialect, tier: call.tier, outbox })
    case 'streamed':
      endStream(reply, end.broken, dialect)
      return
    case 'refused':
      throw refusedCall(reply, end)
    case 'left':
      reply.hijack()
      return
  }
}

const sendAnswer = (
  reply: FastifyReply,
  answered: Answered,
  { dialect, tier, outbox }: { dialect: CallDialect; tier: ServiceTier; outbox: Outbox },
): FastifyReply | undefined => {
  const { status, headers, body } = answered
  // Some servers do not say what their JSON is, and official clients read nothing else as JSON.
  reply.code(status).header('content-type', 'application/json')
  passHeaders(reply, headers)
  if (status >= 400) return reply.send(errorOfProvider(reply, answered, dialect))
  sendWhole(reply, tier === 'flex' ? dialect.flexAnswer(body) : body, outbox)
  return undefined
}

const CODES: Readonly<Record<RefusalReason, ErrorCode>> = {
  busy: 'too_busy',
  closed: 'deployment_unavailable',
  untranslatable: 'untranslatable',
  failed: 'provider_failed',
  timeout: 'provider_timeout',
}

const refusedCall = (reply: FastifyReply, { reason, message, retryAfterMs, headers }: Refused): ApiError => {
  if (headers) passRequestId(reply, headers)
  if (retryAfterMs !== undefined) {
    reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1_000))))
  }
  return new ApiError(CODES[reason], message)
}
