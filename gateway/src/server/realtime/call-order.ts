import type { FastifyReply } from 'fastify'
import { sellPriceOf } from '../../config/catalogue.ts'
import type { Config } from '../../config/config.ts'
import type { CallOrder } from '../../interactive/interactive-call.ts'
import type { SellPrice } from '../../money/price.ts'
import type { ApiKey } from '../../storage/operator.ts'
import { ApiError } from '../errors.ts'
import { modelProblem } from '../models.ts'
import type { PassedHeaders } from './dialects/call-dialect.ts'
import type { ReceivedCall } from './read-call.ts'
import { streamTo } from './stream-reply.ts'

export interface Ordered {
  readonly key: ApiKey
  readonly endpoint: string
  readonly call: ReceivedCall
  readonly passedHeaders: PassedHeaders | undefined
  readonly reply: FastifyReply
  readonly now: number
}

/** What is bought, at the price of the moment, and what is to be sent for it. */
export const callOrder = (config: Config, ordered: Ordered): CallOrder => {
  const { key, endpoint, call, passedHeaders, reply, now } = ordered
  const { model, tier, isStream, hidesUsage, body, modelStart } = call
  const sell = sellPrice(config, key, model, now)
  return {
    purchase: {
      account: key.account,
      apiKey: key.id,
      model,
      tier: tier === 'flex' ? 'batch' : 'list',
      sell,
    },
    endpoint,
    body,
    modelStart,
    ...(passedHeaders ? { headers: passedHeaders } : {}),
    trace: reply.request.span.context,
    signal: leftSignal(reply),
    ...(isStream ? { stream: { hidesUsage, begin: streamTo(reply) } } : {}),
  }
}

const sellPrice = (config: Config, key: ApiKey, model: string, now: number): SellPrice => {
  const problem = modelProblem(config, key, model)
  if (problem) throw new ApiError(problem.code, problem.message, { field: 'model' })
  const entry = config.catalogue.get(model)
  const sell = entry && sellPriceOf(entry, config.costBooks, now)
  if (sell) return sell
  const message = `The model "${model}" has neither a price nor a known cost`
  throw new ApiError('model_not_priced', message, { field: 'model' })
}

/** Aborts when the client closes its connection before the answer is out. */
const leftSignal = ({ raw }: FastifyReply): AbortSignal => {
  const left = new AbortController()
  if (raw.destroyed) left.abort()
  raw.on('close', () => {
    if (!raw.writableFinished) left.abort()
  })
  return left.signal
}
