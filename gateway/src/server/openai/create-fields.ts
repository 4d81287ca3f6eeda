import { BATCH_ENDPOINTS, isBatchEndpoint } from '../../intake/file/endpoints.ts'
import type { SplitDocument } from '../../intake/json/array-splitter.ts'
import type { IntakeLimits } from '../../intake/limits.ts'
import { lossyOf, lossyProblem } from '../../intake/lossy.ts'
import { metadataProblem } from '../../intake/metadata.ts'
import { readBatchWebhook, type WebhookContext } from '../../intake/webhook.ts'
import type { WebhookOrder } from '../../storage/webhooks.ts'
import type { Lossy } from '../../translate/loss.ts'
import { ApiError, type ErrorCode } from '../errors.ts'
import { readExpiresAfter } from './file-fields.ts'

/** What the body of a create says. */
export interface CreateFields {
  readonly file: string
  readonly endpoint: string
  readonly metadata: Readonly<Record<string, string>> | null
  /** Output files are kept so long; null: what the installation says. */
  readonly outputMs: number | null
  /** Ours: told of this batch alone. */
  readonly webhook: WebhookOrder | null
  /** Ours: undefined where the body does not say. */
  readonly lossy: Lossy | undefined
}

const FIELDS = [
  'input_file_id',
  'endpoint',
  'completion_window',
  'metadata',
  'output_expires_after',
  'webhook',
  'lossy',
]
const COMPLETION_WINDOW = '24h'

/** Reads the body of a create, or says what is wrong with it in the order in which OpenAI does. */
export const readCreateFields = (
  document: SplitDocument,
  limits: IntakeLimits,
  webhooks: WebhookContext,
): CreateFields => {
  const { fault, fieldFault, fields, keys } = document
  if (fault)
    throw invalid(
      fault.code === 'invalid_json' ? 'invalid_json' : 'invalid_value',
      fault.message,
      fault.field,
    )
  if (fieldFault)
    throw invalid('invalid_value', `'${fieldFault.field}': ${fieldFault.message}`, fieldFault.field)
  const unknown = keys.find((key) => !FIELDS.includes(key))
  if (unknown !== undefined) {
    const name = unknown.slice(0, 60)
    throw invalid('unknown_field', `Unknown parameter: '${name}'. There are ${FIELDS.join(', ')}.`, name)
  }
  const file = requiredText(fields, 'input_file_id')
  const endpoint = requiredText(fields, 'endpoint')
  if (!isBatchEndpoint(endpoint)) {
    const message = `'endpoint' must be one of ${BATCH_ENDPOINTS.join(', ')}, got '${endpoint.slice(0, 60)}'.`
    throw invalid('invalid_value', message, 'endpoint')
  }
  const window = requiredText(fields, 'completion_window')
  if (window !== COMPLETION_WINDOW) {
    const message = `'completion_window' must be '${COMPLETION_WINDOW}', got '${window.slice(0, 60)}'.`
    throw invalid('invalid_value', message, 'completion_window')
  }
  const metadata = readMetadata(fields, limits)
  const outputMs = readExpiresAfter(fields.get('output_expires_after'), 'output_expires_after') ?? null
  const webhook = readWebhook(fields.get('webhook'), webhooks)
  return { file, endpoint, metadata, outputMs, webhook, lossy: readLossy(fields.get('lossy')) }
}

const readLossy = (value: unknown): Lossy | undefined => {
  if (value === undefined || value === null) return undefined
  const problem = lossyProblem(value)
  if (problem) throw invalid(problem.code, problem.message, problem.field)
  return lossyOf(value)
}

const readWebhook = (value: unknown, context: WebhookContext): WebhookOrder | null => {
  if (value === undefined || value === null) return null
  const reading = readBatchWebhook(value, context)
  if (reading.kind === 'webhook') return reading.webhook
  const { code, message, field } = reading.problem
  throw invalid(code, message, field)
}

const requiredText = (fields: ReadonlyMap<string, unknown>, field: string): string => {
  const value = fields.get(field)
  if (value === undefined) throw invalid('missing_field', `Missing required parameter: '${field}'.`, field)
  if (typeof value === 'string' && value !== '') return value
  throw invalid('invalid_type', `'${field}' must be a text that is not empty.`, field)
}

const readMetadata = (
  fields: ReadonlyMap<string, unknown>,
  limits: IntakeLimits,
): CreateFields['metadata'] => {
  const value = fields.get('metadata')
  if (value === undefined || value === null) return null
  const problem = metadataProblem(value, limits)
  if (problem) throw invalid('invalid_value', problem.message, problem.field)
  return value as Record<string, string>
}

const invalid = (code: ErrorCode, message: string, field: string | undefined): ApiError =>
  new ApiError(code, message, field === undefined ? {} : { field })
