import { shown } from '../../intake/faults.ts'
import { edited, movedTo } from '../../intake/json/edit-object.ts'
import { type MemberSpan, memberSpans } from '../../intake/json/members.ts'
import { ApiError } from '../errors.ts'
import { jsonObjectOf, trimmedJson } from '../json-body.ts'
import type { CallDialect, PassedHeaders } from './dialects/call-dialect.ts'
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
  /** Its value, without what only concerns us. */
  readonly asked: Readonly<Record<string, unknown>>
}

export interface CallReading {
  readonly dialect: CallDialect
  readonly endpoint: string
  readonly depthMax: number
  readonly headerTier: ServiceTier
  readonly passedHeaders: PassedHeaders | undefined
}

/**
 * Reads a body strictly and once; what is not ours to know is for the provider to judge. Its bytes stay as they
 * are, but for what only concerns us and the provider.
 */
export const readCall = (given: Buffer, reading: CallReading): ReceivedCall => {
  const { dialect, endpoint, depthMax, headerTier, passedHeaders } = reading
  const bytes = trimmedJson(given)
  const value = jsonObjectOf(bytes, depthMax)
  const model = modelOf(value)
  const members = memberSpans(bytes)
  const isStream = value.stream === true
  const wishes = dialect.readWishes({
    endpoint,
    bytes,
    value,
    members,
    isStream,
    headerTier,
    passedHeaders,
  })
  return {
    model,
    isStream,
    hidesUsage: wishes.hidesUsage,
    tier: wishes.tier,
    outputTokens: wishes.outputTokens,
    body: edited(bytes, wishes.edits),
    modelStart: movedTo(startOf(members, 'model'), wishes.edits),
    asked: wishes.asked,
  }
}

/** The name of the model that a body asks for. */
export const modelOf = ({ model }: Readonly<Record<string, unknown>>): string => {
  if (model === undefined) {
    throw new ApiError('missing_field', "Missing required parameter: 'model' (the name of a model).", {
      field: 'model',
    })
  }
  if (typeof model === 'string' && model !== '') return model
  const message = `'model' must be the name of a model, got ${shown(model)}.`
  throw new ApiError('invalid_type', message, { field: 'model' })
}

const startOf = (members: ReadonlyMap<string, MemberSpan>, name: string): number => {
  const span = members.get(name)
  if (!span) throw new Error(`a body that was read has no member "${name}"`)
  return span.start
}
