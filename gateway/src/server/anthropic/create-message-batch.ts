import { MESSAGES_ENDPOINT } from '../../intake/anthropic/document-reader.ts'
import { encodeTemplate } from '../../intake/anthropic/template.ts'
import { readBatchWebhook } from '../../intake/webhook.ts'
import { isPriced } from '../../plan/plan-file-batch.ts'
import type { AcceptOutcome, NewBatch } from '../../storage/tenant.ts'
import type { WebhookOrder } from '../../storage/webhooks.ts'
import { encodeReport } from '../../translate/check/encode-report.ts'
import { endpointMissing } from '../../translate/check/loss-words.ts'
import { acceptBatch } from '../accept-batch.ts'
import { acceptWithBlob } from '../accept-with-blob.ts'
import type { ServerContext } from '../context.ts'
import { type AcceptOrder, type CreatedBatch, type CreateOrder, queryOf } from '../create-order.ts'
import { ApiError } from '../errors.ts'
import { modelProblem } from '../models.ts'
import { planTargets } from '../plan-targets.ts'
import { batchWebhook, webhookContext } from '../webhooks/webhook-order.ts'
import { documentProblem } from './document-problem.ts'
import { type TakenDocument, takeDocument } from './take-document.ts'

const WINDOW_MS = 86_400_000

/** Intake, plan and accept of the document of one create. What an earlier create made is given back as it is. */
export const createMessageBatch = async (
  context: ServerContext,
  order: CreateOrder,
): Promise<CreatedBatch> => {
  const full = context.noRoom()
  if (full) throw new ApiError('disk_full', full.message)
  const accept: AcceptOrder = { ...order, id: context.ids.next('msgbatch_'), config: context.config() }
  const { id, config, body, callerHeaders } = accept
  const reading = order.span.child('intake')
  const taking = { body, blobName: `inputs/${id}.json`, config, callerHeaders }
  const document = await takeDocument(context, taking).finally(() => reading.end())
  context.crash('intake.after_input')
  const { blobName } = document
  return acceptWithBlob(context, { id, blobName }, () => acceptDocument(context, accept, document))
}

const acceptDocument = async (
  context: ServerContext,
  order: AcceptOrder,
  document: TakenDocument,
): Promise<AcceptOutcome> => {
  const store = context.tenant(order.key.account)
  const create = queryOf(order, document.bodySha256)
  const checked = check(context, order, document)
  if (checked instanceof ApiError) {
    // It may have been taken before, under other limits or another configuration.
    const earlier = await store.findCreate(create)
    if (!earlier) throw checked
    return { kind: earlier.sameBody ? 'repeated' : 'conflict', batch: earlier.batch }
  }
  const webhook = await batchWebhook(context, store, checked.webhook)
  const batch = { ...newBatch(context, order, document), create, webhook }
  const caller = { account: order.key.account, span: order.span }
  return acceptBatch(context, caller, { batch, source: { kind: 'shards', shards: document.shards } })
}

/** All that a document says beside its requests, or why no batch is made of it. */
const check = (
  { clock, wayOf }: ServerContext,
  { config, key, lossy }: AcceptOrder,
  { contents }: TakenDocument,
): { readonly webhook: WebhookOrder | null } | ApiError => {
  const prices = { catalogue: config.catalogue, costBooks: config.costBooks, at: clock.now() }
  const problem = documentProblem(contents, {
    requestsMax: config.messageBatches.requestsMax,
    modelProblem: (model) =>
      modelProblem(config, key, model) ??
      (isPriced(model, prices) ? undefined : notPriced(model)) ??
      (wayOf(config)(model, MESSAGES_ENDPOINT).kind === 'nowhere' ? noEndpoint(model) : undefined),
    lossy: lossy ?? config.translation.lossy,
  })
  if (problem) return problem
  const webhook = contents.fields.get('webhook')
  if (webhook == null) return { webhook: null }
  const reading = readBatchWebhook(webhook, webhookContext(config))
  if (reading.kind === 'webhook') return { webhook: reading.webhook }
  const { code, message, field } = reading.problem
  return new ApiError(code, message, { field })
}

const noEndpoint = (model: string): ApiError =>
  new ApiError('untranslatable', endpointMissing(model, MESSAGES_ENDPOINT))

const notPriced = (model: string): ApiError =>
  new ApiError('model_not_priced', `"${model}" has neither a price nor a known cost`)

const newBatch = (
  { clock }: ServerContext,
  { id, key, config, callerHeaders, span }: AcceptOrder,
  { contents, blobName }: TakenDocument,
): Omit<NewBatch, 'create' | 'webhook'> => {
  const prices = { catalogue: config.catalogue, costBooks: config.costBooks, at: clock.now() }
  const { outputTokensAssumed } = config.intake
  return {
    id,
    apiKey: key.id,
    dialect: 'anthropic',
    endpoint: MESSAGES_ENDPOINT,
    task: null,
    blob: blobName,
    template: encodeTemplate(callerHeaders),
    metadata: '{}',
    ...planTargets(contents.targets, { outputTokensAssumed, prices }),
    windowMs: WINDOW_MS,
    retentionMs: config.retentionMs,
    layout: 'together',
    file: null,
    outputMs: null,
    errors: null,
    losses: encodeReport(contents.losses.report),
    retryOf: null,
    trace: span.context,
  }
}
