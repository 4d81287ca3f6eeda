import { countBits } from '../../batch/done-bits.ts'
import { batchErrors } from '../../intake/file/batch-errors.ts'
import { decodeContents, type FileContents, type FileRetry } from '../../intake/file/contents.ts'
import type { LineFault } from '../../intake/file/line-faults.ts'
import type { NotNative } from '../../intake/native/read.ts'
import { lineFaultsOf } from '../../intake/request-losses.ts'
import { isPriced } from '../../plan/plan-file-batch.ts'
import type { BatchSource, BatchView, NewBatch } from '../../storage/tenant.ts'
import { encodeReport } from '../../translate/check/encode-report.ts'
import { refusedOf } from '../../translate/check/loss-check.ts'
import { endpointMissing } from '../../translate/check/loss-words.ts'
import { acceptBatch } from '../accept-batch.ts'
import type { ServerContext } from '../context.ts'
import {
  type AcceptOrder,
  type CreatedBatch,
  keyReused,
  queryOf,
  spendLimitReached,
} from '../create-order.ts'
import { ApiError } from '../errors.ts'
import { modelProblem } from '../models.ts'
import { planTargets } from '../plan-targets.ts'
import { inputGone, retriedBatch } from '../retry-batch.ts'
import { batchWebhook, webhookContext } from '../webhooks/webhook-order.ts'
import { type CreateFields, readCreateFields } from './create-fields.ts'
import { readLosses } from './read-losses.ts'

const WINDOW_MS = 86_400_000

/** A batch of an uploaded file, whose lines were read when it came. Where one is bad, the batch has failed. */
export const createFromFile = async (
  context: ServerContext,
  order: AcceptOrder,
  intake: NotNative,
): Promise<CreatedBatch> => {
  const store = context.tenant(order.key.account)
  const create = queryOf(order, intake.bodySha256)
  // What was made before is given back also where its file is deleted by now.
  const earlier = await store.findCreate(create)
  if (earlier?.sameBody) return { batch: earlier.batch, isNew: false }
  if (earlier) throw keyReused(earlier.batch)
  const fields = readCreateFields(intake.document, order.config.intake, webhookContext(order.config))
  const stored = await store.fileContents(fields.file)
  if (!stored) throw noInputFile(fields.file)
  if (stored.blob === null || stored.contents === null) throw notForBatches(fields.file)
  const contents = decodeContents(stored.contents)
  const webhook = await batchWebhook(context, store, fields.webhook)
  const plain = { ...baseOf(order, fields), blob: stored.blob, create, webhook }
  const { batch, source } = contents.retry
    ? await retryOf(context, order, { plain, fields, contents, retry: contents.retry })
    : await batchOf(context, order, { plain, fields, contents })
  const caller = { account: order.key.account, span: order.span }
  const outcome = await acceptBatch(context, caller, { batch, source })
  if (outcome.kind === 'accepted') context.onAccepted()
  if (outcome.kind === 'gone')
    throw contents.retry ? inputGone(contents.retry.batch) : noInputFile(fields.file)
  if (outcome.kind === 'nothing') throw nothingToRetry(batch.retryOf ?? '')
  if (outcome.kind === 'over_limit') throw spendLimitReached(outcome)
  if (outcome.kind === 'conflict') throw keyReused(outcome.batch)
  return { batch: outcome.batch, isNew: outcome.kind === 'accepted' }
}

interface Made {
  readonly batch: NewBatch
  readonly source: BatchSource
}

type Base = Omit<NewBatch, 'model' | 'sell' | 'hold' | 'total' | 'errors' | 'losses'>

const baseOf = (order: AcceptOrder, fields: CreateFields): Omit<Base, 'blob' | 'create' | 'webhook'> => ({
  id: order.id,
  apiKey: order.key.id,
  dialect: 'openai',
  endpoint: fields.endpoint,
  task: null,
  template: '',
  metadata: JSON.stringify(fields.metadata),
  windowMs: WINDOW_MS,
  retentionMs: order.config.retentionMs,
  layout: 'apart',
  file: fields.file,
  outputMs: fields.outputMs,
  retryOf: null,
  trace: order.span.context,
})

interface Given {
  readonly plain: Base
  readonly fields: CreateFields
  readonly contents: FileContents
}

const batchOf = async (
  context: ServerContext,
  order: AcceptOrder,
  { plain, fields, contents }: Given,
): Promise<Made> => {
  const { config, key } = order
  const prices = { catalogue: config.catalogue, costBooks: config.costBooks, at: context.clock.now() }
  const errors = batchErrors(contents, {
    endpoint: fields.endpoint,
    shownMax: config.intake.faultsShownMax,
    endpointProblem: (model, endpoint) =>
      context.wayOf(config)(model, endpoint).kind === 'nowhere'
        ? endpointMissing(model, endpoint)
        : undefined,
    modelProblem: (model) =>
      modelProblem(config, key, model)?.message ??
      (isPriced(model, prices) ? undefined : `The model "${model}" has neither a price nor a known cost`),
  })
  if (errors.length > 0) return refused(plain, errors)
  const losses = await readLosses(context, config, { blob: plain.blob, contents })
  const lossy = refusedOf(losses, fields.lossy ?? order.lossy ?? config.translation.lossy)
  if (lossy.total > 0) return refused(plain, lineFaultsOf(lossy).slice(0, config.intake.faultsShownMax))
  const { outputTokensAssumed } = config.intake
  const batch = {
    ...plain,
    ...planTargets(contents.targets, { outputTokensAssumed, prices }),
    errors: null,
    losses: encodeReport(losses.report),
  }
  return { batch, source: { kind: 'file', file: fields.file } }
}

const refused = (plain: Base, errors: readonly LineFault[]): Made => ({
  batch: {
    ...plain,
    model: '',
    sell: '{}',
    hold: 0n,
    total: 0,
    errors: JSON.stringify(errors),
    losses: null,
  },
  source: { kind: 'refused' },
})

/** The file is an error file: its requests are those of the batch that it came from. */
const retryOf = async (
  context: ServerContext,
  order: AcceptOrder,
  { plain, fields, contents, retry }: Given & { retry: FileRetry },
): Promise<Made> => {
  if (contents.faults.length > 0) return refused(plain, contents.faults)
  const found = await context.tenant(order.key.account).batch(retry.batch)
  const retried = retriable(found, { order, fields, retry })
  if ('code' in retried) return refused(plain, [retried])
  const only = new Uint8Array(retry.indexes)
  const requests = Math.min(countBits(only), retried.counts.failed + retried.counts.expired)
  const { metadata, file, outputMs, create, webhook } = plain
  const own = { metadata, file, outputMs, create, webhook }
  return {
    batch: { ...retriedBatch(context, order, { retried, requests }), ...own },
    source: { kind: 'retry', batch: retry.batch, only },
  }
}

/** The batch whose error file it is, or why none can be made of its lines. */
const retriable = (
  batch: BatchView | undefined,
  { order, fields, retry }: { order: AcceptOrder; fields: CreateFields; retry: FileRetry },
): BatchView | LineFault => {
  const bad = (code: LineFault['code'], message: string): LineFault => ({
    line: 1,
    code,
    message,
    param: 'id',
  })
  // No other batch has an error file, whatever the lines say.
  if (batch?.layout !== 'apart' || batch.errors !== null) {
    return bad('invalid_request', `The lines are of ${retry.batch}, which is not there, or not any more.`)
  }
  if (batch.outcome === null) {
    return bad('invalid_request', `${batch.id} still runs; it can be retried once it has ended.`)
  }
  if (batch.endpoint !== fields.endpoint) {
    const message = `The lines are of a batch for '${batch.endpoint}', this one is for '${fields.endpoint}'.`
    return bad('url_mismatch', message)
  }
  for (const model of batch.models) {
    const problem = modelProblem(order.config, order.key, model)
    if (problem) return bad('model_not_found', problem.message)
  }
  return batch
}

const noInputFile = (file: string): ApiError =>
  new ApiError('file_not_found', `No such File object: ${file.slice(0, 80)}`, { field: 'input_file_id' })

const notForBatches = (file: string): ApiError =>
  new ApiError('invalid_value', `${file} was not uploaded with purpose "batch".`, { field: 'input_file_id' })

const nothingToRetry = (batch: string): ApiError =>
  new ApiError('nothing_to_retry', `${batch} has no failed or expired request among these.`, {
    field: 'input_file_id',
  })
