import type { Config } from '../../config/config.ts'
import { clipped } from '../../intake/faults.ts'
import { parseUsd } from '../../money/nano.ts'
import type { KeyLimits, KeyRole } from '../../storage/operator.ts'
import { ApiError } from '../errors.ts'
import { msOf } from './json.ts'
import type { KeyFields } from './schemas.ts'

/** What a key may do, as far as the fields say it; absent ones stay absent. */
export interface KeyTerms {
  readonly models: readonly string[] | null | undefined
  readonly expiresAt: number | null | undefined
  readonly limits: Partial<KeyLimits>
}

/** Reads what the schema cannot judge: the models of this installation, and what fits to the role. */
export const readTerms = (fields: KeyFields, role: KeyRole, config: Config): KeyTerms => {
  if (role === 'operator') refuseTermsOfClients(fields)
  refuseUnknownModels(fields.models, config)
  const { expires_at: expiresAt, spend_limit: spend } = fields
  return {
    models: fields.models,
    expiresAt: typeof expiresAt === 'string' ? msOf(expiresAt) : expiresAt,
    limits: {
      ...(fields.requests_per_minute === undefined ? {} : { requestsPerMinute: fields.requests_per_minute }),
      ...(fields.tokens_per_minute === undefined ? {} : { tokensPerMinute: fields.tokens_per_minute }),
      ...(spend === undefined ? {} : { spend: spend === null ? null : (parseUsd(spend) ?? null) }),
    },
  }
}

const CLIENTS_ONLY = ['models', 'requests_per_minute', 'tokens_per_minute', 'spend_limit'] as const

const refuseTermsOfClients = (fields: KeyFields): void => {
  const field = CLIENTS_ONLY.find((name) => fields[name] !== undefined)
  if (field === undefined) return
  const message = `"${field}" is for the keys of clients; an operator's key calls no model`
  throw new ApiError('conflicting_fields', message, { field })
}

const refuseUnknownModels = (models: KeyFields['models'], { catalogue }: Config): void => {
  const at = models?.findIndex((model) => !catalogue.has(model)) ?? -1
  if (at === -1) return
  const there = [...catalogue.keys()].join(', ')
  throw new ApiError(
    'unknown_model',
    `There is no model "${clipped(models?.[at] ?? '')}"; there are ${there}`,
    {
      field: `models[${at}]`,
    },
  )
}
