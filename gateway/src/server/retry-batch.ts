import { batchIdPrefix } from '../batch/batch-id.ts'
import { encodeSell } from '../money/price.ts'
import { isPriced, planFileBatch } from '../plan/plan-file-batch.ts'
import type { ApiKey } from '../storage/operator.ts'
import type { BatchView, CreateQuery, NewBatch } from '../storage/tenant.ts'
import type { Span } from '../telemetry/traces/tracer.ts'
import { acceptBatch } from './accept-batch.ts'
import type { ServerContext } from './context.ts'
import { type AcceptOrder, keyReused, spendLimitReached } from './create-order.ts'
import { ApiError } from './errors.ts'
import { modelProblem } from './models.ts'

type Order = Pick<AcceptOrder, 'id' | 'key' | 'config' | 'span'>

/** What a retry has of the batch whose requests it sends again: all but its prices, which are today's. */
export const retriedBatch = (
  { clock }: ServerContext,
  { id, key, config, span }: Order,
  { retried, requests }: { retried: BatchView; requests: number },
): Omit<NewBatch, 'create'> => {
  const prices = { catalogue: config.catalogue, costBooks: config.costBooks, at: clock.now() }
  for (const model of retried.models) {
    const problem = modelProblem(config, key, model)
    if (problem) throw new ApiError(problem.code, problem.message, { field: 'model' })
  }
  const unpriced = retried.models.find((model) => !isPriced(model, prices))
  if (unpriced !== undefined) {
    throw new ApiError('model_not_priced', `"${unpriced}" has neither a price nor a known cost`)
  }
  const plan = planFileBatch(
    retried.models.map((model) => ({ model, inputTokens: 0, outputTokens: 0 })),
    prices,
  )
  return {
    id,
    apiKey: key.id,
    dialect: retried.dialect,
    endpoint: retried.endpoint,
    model: retried.model,
    task: retried.task,
    blob: retried.blob,
    template: retried.template,
    metadata: retried.metadata,
    sell: encodeSell(plan.sell),
    // As many parts of what was held for the whole as it has of its requests.
    hold: (retried.hold * BigInt(requests)) / BigInt(retried.counts.total),
    windowMs: retried.windowEnd - retried.createdAt,
    retentionMs: config.retentionMs,
    total: requests,
    layout: retried.layout,
    file: retried.file,
    outputMs: null,
    errors: null,
    // The same requests, and the same became of them.
    losses: retried.losses,
    retryOf: retried.id,
    trace: span.context,
    webhook: null,
  }
}

/** The failed and expired requests of an ended batch, as a new batch that is linked to it. */
export const retryBatch = async (
  context: ServerContext,
  { key, retried, create, span }: { key: ApiKey; retried: BatchView; create: CreateQuery; span: Span },
): Promise<BatchView> => {
  const full = context.noRoom()
  if (full) throw new ApiError('disk_full', full.message)
  if (retried.outcome === null) {
    throw new ApiError('not_ended', `${retried.id} still runs; it can be retried once it has ended`)
  }
  const requests = retried.counts.failed + retried.counts.expired
  if (requests === 0) throw nothingToRetry(retried)
  const order = { id: context.ids.next(batchIdPrefix(retried.dialect)), key, config: context.config(), span }
  const batch = { ...retriedBatch(context, order, { retried, requests }), create }
  const source = { kind: 'retry', batch: retried.id, only: null } as const
  const outcome = await acceptBatch(context, { account: key.account, span }, { batch, source })
  if (outcome.kind === 'gone') throw inputGone(retried.id)
  if (outcome.kind === 'nothing') throw nothingToRetry(retried)
  if (outcome.kind === 'over_limit') throw spendLimitReached(outcome)
  if (outcome.kind === 'conflict') throw keyReused(outcome.batch)
  if (outcome.kind === 'accepted') context.onAccepted()
  return outcome.batch
}

export const inputGone = (id: string): ApiError =>
  new ApiError('input_gone', `The requests of ${id} are not kept any more`)

const nothingToRetry = ({ id }: BatchView): ApiError =>
  new ApiError('nothing_to_retry', `${id} has no failed or expired request`)
