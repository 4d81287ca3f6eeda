import { type AcceptedNative, type NativeIntake, readNativeBatch } from '../../intake/native/read.ts'
import { planBatch } from '../../plan/plan-batch.ts'
import { StoreError, type StoreErrorCode } from '../../storage/errors.ts'
import type { ApiKey } from '../../storage/operator.ts'
import type { AcceptOutcome, BatchView, CreateQuery } from '../../storage/tenant.ts'
import type { ServerContext } from '../context.ts'
import { ApiError, ERRORS, type ErrorCode } from '../errors.ts'
import type { CreateHeaders } from './create-query.ts'
import { modelProblem } from './models.ts'
import { newBatch } from './new-batch.ts'

export interface CreateOrder {
  readonly key: ApiKey
  readonly body: AsyncIterable<Buffer>
  readonly path: string
  readonly headers: CreateHeaders
}

/** Intake, plan and accept of one native body; what an earlier create made is given back as it is. */
export const createBatch = async (context: ServerContext, order: CreateOrder): Promise<BatchView> => {
  const full = context.noRoom()
  if (full) throw new ApiError('disk_full', full.message)
  const id = context.ids.next('batch_')
  const { config, random, blobs } = context
  const intake = await readNativeBatch({
    body: order.body,
    blobs,
    blobName: `inputs/${id}.jsonl`,
    limits: config.intake,
    presets: config.presets,
    allowedModels: (model) => modelProblem(config, order.key, model),
    random,
  })
  if (intake.kind !== 'accepted') return await refusedOrRepeated(context, order, intake)
  context.crash('intake.after_input')
  return acceptOrDrop(context, order, id, intake)
}

/**
 * The blob is committed: where it is known that no batch came to own it, it goes. Where the accept is in
 * doubt it stays, for a batch that may be there after all; the sweep of the next start knows.
 */
const acceptOrDrop = async (
  context: ServerContext,
  order: CreateOrder,
  id: string,
  intake: AcceptedNative,
): Promise<BatchView> => {
  const drop = (): Promise<void> =>
    context.blobs.remove(intake.blobName).catch((error) => context.onFault(error, id))
  const outcome = await accept(context, order, id, intake).catch(async (error: unknown) => {
    if (wroteNothing(error)) await drop()
    throw error
  })
  if (outcome.kind === 'accepted') context.onAccepted()
  else await drop()
  if (outcome.kind === 'conflict') throw keyReused(outcome.batch)
  return outcome.batch
}

const NOTHING_WRITTEN: ReadonlySet<StoreErrorCode> = new Set(['disk_full', 'busy', 'closed'])

const wroteNothing = (error: unknown): boolean =>
  error instanceof ApiError || (error instanceof StoreError && NOTHING_WRITTEN.has(error.code))

const accept = async (
  context: ServerContext,
  order: CreateOrder,
  id: string,
  intake: AcceptedNative,
): Promise<AcceptOutcome> => {
  const { config, clock } = context
  const model = config.catalogue.get(intake.model)
  const plan = model && planBatch({ ...intake, model, costBooks: config.costBooks, at: clock.now() })
  if (!plan) throw new ApiError('model_not_priced', `"${intake.model}" has neither a price nor a known cost`)
  const create = queryOf(order, intake.bodySha256)
  const batch = newBatch({ id, intake, plan, retentionMs: config.retentionMs, create })
  return context.tenant(order.key.account).accept(batch, intake.shards)
}

const queryOf = ({ key, path, headers }: CreateOrder, bodySha256: string): CreateQuery => ({
  apiKey: key.id,
  path,
  bodySha256,
  ...headers,
})

type Refused = Exclude<NativeIntake, AcceptedNative>

/**
 * A body that is refused now may have been taken before, under other limits or another configuration; and
 * a key that was used with another body is a conflict, whatever this body is.
 */
const refusedOrRepeated = async (
  context: ServerContext,
  order: CreateOrder,
  intake: Refused,
): Promise<BatchView> => {
  if (intake.kind !== 'too_large') {
    const query = queryOf(order, intake.bodySha256)
    const earlier = await context.tenant(order.key.account).findCreate(query)
    if (earlier?.sameBody) return earlier.batch
    if (earlier) throw keyReused(earlier.batch)
  }
  throw refusal(intake)
}

const keyReused = ({ id }: BatchView): ApiError =>
  new ApiError(
    'idempotency_key_reused',
    `This Idempotency-Key made ${id} with another body. Send the same body again, or use a new key.`,
    { batch_id: id },
  )

const refusal = (intake: Refused): ApiError => {
  switch (intake.kind) {
    case 'too_large':
      return new ApiError(
        'too_large',
        `The body must not exceed ${intake.maxBytes} bytes; send several batches.`,
        {
          max_bytes: intake.maxBytes,
        },
      )
    case 'not_native':
      return new ApiError(
        'unsupported_body',
        `This body has "${foreignKey(intake.keys)}", as batches of another API have. Here a batch has "model" and ` +
          '"input" (a list of messages) or "tasks" (a list of prompts).',
      )
    case 'batch_size_exceeded':
      return new BatchSizeExceeded(intake.maxAllowed, intake.received)
    case 'invalid':
      return new ApiError(codeOf(intake.code), intake.message, {
        ...(intake.field === undefined ? {} : { field: intake.field }),
        ...(intake.offset === undefined ? {} : { offset: intake.offset }),
        ...(intake.faultsTotal === 0 ? {} : { faults_total: intake.faultsTotal, faults: intake.faults }),
      })
  }
}

/** Its body has no message: clients hold it to the letter. */
export class BatchSizeExceeded extends ApiError {
  constructor(maxAllowed: number, received: number) {
    super('batch_size_exceeded', '', { max_allowed: maxAllowed, received })
  }
}

const foreignKey = (keys: readonly string[]): string =>
  keys.includes('input_file_id') ? 'input_file_id' : 'requests'

const codeOf = (code: string): ErrorCode => {
  if (Object.hasOwn(ERRORS, code)) return code as ErrorCode
  throw new Error(`intake refused with "${code}", which is no code of the table`)
}
