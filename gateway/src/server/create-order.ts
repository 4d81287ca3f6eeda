import type { Config } from '../config/config.ts'
import type { SharedHeaders } from '../intake/anthropic/template.ts'
import { formatUsd } from '../money/nano.ts'
import type { ApiKey } from '../storage/operator.ts'
import type { BatchView, CreateQuery, OverLimit } from '../storage/tenant.ts'
import type { Span } from '../telemetry/traces/tracer.ts'
import type { Lossy } from '../translate/loss.ts'
import type { CreateHeaders } from './create-headers.ts'
import { ApiError } from './errors.ts'

/** A create as it came over HTTP. */
export interface CreateOrder {
  readonly key: ApiKey
  readonly body: AsyncIterable<Buffer>
  readonly path: string
  readonly headers: CreateHeaders
  /** What a header says of fields that a provider has no word for; the body's own word is before it. */
  readonly lossy: Lossy | undefined
  /** Of Anthropic's dialect: they go with each request of the batch. */
  readonly callerHeaders: SharedHeaders
  readonly span: Span
}

/** A create on the path that the dialects share. */
export interface SharedCreateOrder extends CreateOrder {
  /** A body that could be of any dialect is taken for a native one. */
  readonly isNativeByDefault: boolean
  /** The body says that its caller speaks another dialect than the native one. */
  readonly onDialect: (dialect: 'openai' | 'anthropic') => void
}

/** The same, with the id that its batch is to have. */
export interface AcceptOrder extends CreateOrder {
  readonly id: string
  /** One for the whole create: what was checked against it is priced by it too. */
  readonly config: Config
}

/** A batch, as its create is answered. */
export interface CreatedBatch {
  readonly batch: BatchView
  /** Made by this very call, and not by an earlier one. */
  readonly isNew: boolean
}

export const queryOf = ({ key, path, headers }: CreateOrder, bodySha256: string): CreateQuery => ({
  apiKey: key.id,
  path,
  bodySha256,
  ...headers,
})

export const keyReused = ({ id }: BatchView): ApiError =>
  new ApiError(
    'idempotency_key_reused',
    `This Idempotency-Key made ${id} with another body. Send the same body again, or use a new key.`,
    { batch_id: id },
  )

export const spendLimitReached = ({ limit, spent, hold }: OverLimit): ApiError =>
  new ApiError(
    'spend_limit_reached',
    `This key may spend ${formatUsd(limit)} USD; ${formatUsd(spent)} USD are spent or held for batches that run, and this batch would hold ${formatUsd(hold)} USD`,
    { limit: formatUsd(limit), spent: formatUsd(spent), required: formatUsd(hold) },
  )
