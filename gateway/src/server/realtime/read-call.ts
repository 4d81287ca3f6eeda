import { shown } from '../../intake/faults.ts'
import { outputTokensOf } from '../../intake/file/endpoints.ts'
import { type Edit, edited, movedTo, removeMember, setMember } from '../../intake/json/edit-object.ts'
import { type MemberSpan, memberSpans } from '../../intake/json/members.ts'
import { ApiError } from '../errors.ts'
import { jsonObjectOf, trimmedJson } from '../json-body.ts'
import type { CheckCall } from './check-call.ts'
import type { ServiceTier } from './service-tier.ts'

/** An ordinary call as its body asks for it. */
export interface ReceivedCall {
  readonly model: string
  readonly isStream: boolean
  /** Usage is asked of the provider although the client did not ask for it. */
  readonly hidesUsage: boolean
  readonly tier: ServiceTier
  /** The most that the answer may have; undefined where the body does not say. */
  readonly outputTokens: number | undefined
  /** As it is sent, but for the name of the model. */
  readonly body: Buffer
  /** Where the string with that name begins. */
  readonly modelStart: number
  /** What became of fields that a provider has no word for; undefined where nothing did. */
  readonly translation: string | undefined
}

export interface CallReading {
  readonly endpoint: string
  readonly depthMax: number
  readonly headerTier: ServiceTier
  readonly check: CheckCall
}

/** Endpoints whose streams tell the usage only where `stream_options` asks for it. */
const HAS_STREAM_OPTIONS: ReadonlySet<string> = new Set(['/v1/chat/completions', '/v1/completions'])

/**
 * Reads a body strictly and once; what is not ours to know is for the provider to judge. Its bytes stay as they
 * are, but for what only concerns us and the provider.
 */
export const readCall = (
  given: Buffer,
  { endpoint, depthMax, headerTier, check }: CallReading,
): ReceivedCall => {
  const bytes = trimmedJson(given)
  const value = jsonObjectOf(bytes, depthMax)
  const model = modelOf(value)
  refuseBackground(value, endpoint)
  const members = memberSpans(bytes)
  const isStream = value.stream === true
  const usage = isStream && HAS_STREAM_OPTIONS.has(endpoint) ? usageEdit(bytes, members, value) : undefined
  const tier = value.service_tier === 'flex' ? 'flex' : headerTier
  // The tier at our provider is ours to choose.
  const ownTier = tier === 'flex' ? members.get('service_tier') : undefined
  const translation = check({ endpoint, model, isStream, body: ownTier ? withoutTier(value) : value })
  const edits = [...(usage ? [usage] : []), ...(ownTier ? [removeMember(bytes, ownTier)] : [])]
  return {
    model,
    isStream,
    hidesUsage: usage !== undefined,
    tier,
    outputTokens: outputTokensOf(endpoint, value),
    body: edited(bytes, edits),
    modelStart: movedTo(spanOf(members, 'model').start, edits),
    translation,
  }
}

type Body = Readonly<Record<string, unknown>>

const withoutTier = ({ service_tier: _ours, ...rest }: Body): Body => rest

const modelOf = ({ model }: Body): string => {
  if (model === undefined) {
    throw new ApiError('missing_field', "Missing required parameter: 'model' (the name of a model).", {
      field: 'model',
    })
  }
  if (typeof model === 'string' && model !== '') return model
  const message = `'model' must be the name of a model, got ${shown(model)}.`
  throw new ApiError('invalid_type', message, { field: 'model' })
}

/** Its answer would lie at the provider, where no endpoint of ours fetches it. */
const refuseBackground = ({ background }: Body, endpoint: string): void => {
  if (endpoint !== '/v1/responses' || background !== true) return
  const message = "'background' must not be true: an answer is given to the call that asks for it."
  throw new ApiError('invalid_value', message, { field: 'background' })
}

/** Undefined where the client asks for the usage itself, or so that the provider has to refuse it. */
const usageEdit = (
  bytes: Buffer,
  members: ReadonlyMap<string, MemberSpan>,
  { stream_options: options }: Body,
): Edit | undefined => {
  if (options === undefined || options === null) {
    return setMember({ start: 0, members }, 'stream_options', '{"include_usage":true}')
  }
  if (typeof options !== 'object' || Array.isArray(options)) return undefined
  const asked = 'include_usage' in options ? options.include_usage : false
  if (asked !== false && asked !== null) return undefined
  const span = spanOf(members, 'stream_options')
  const place = { start: span.start, members: memberSpans(bytes, span) }
  return setMember(place, 'include_usage', 'true')
}

const spanOf = (members: ReadonlyMap<string, MemberSpan>, name: string): MemberSpan => {
  const span = members.get(name)
  if (!span) throw new Error(`a body that was read has no member "${name}"`)
  return span
}
