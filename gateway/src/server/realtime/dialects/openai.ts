import { outputTokensOf } from '../../../intake/file/endpoints.ts'
import { type Edit, edited, removeMember, setMember } from '../../../intake/json/edit-object.ts'
import { type MemberSpan, memberSpans } from '../../../intake/json/members.ts'
import { ApiError } from '../../errors.ts'
import { durationText } from '../limit-headers.ts'
import type { CallBody, CallDialect } from './call-dialect.ts'

export const openaiCalls: CallDialect = {
  name: 'openai',

  passedHeaders: () => undefined,

  readWishes(given) {
    const { endpoint, bytes, value, members, headerTier } = given
    refuseBackground(given)
    const usage = usageEdit(given)
    const tier = value.service_tier === 'flex' ? 'flex' : headerTier
    // The tier at our provider is ours to choose.
    const ownTier = tier === 'flex' ? members.get('service_tier') : undefined
    return {
      tier,
      hidesUsage: usage !== undefined,
      outputTokens: outputTokensOf(endpoint, value),
      edits: [...(usage ? [usage] : []), ...(ownTier ? [removeMember(bytes, ownTier)] : [])],
      asked: ownTier ? withoutTier(value) : value,
    }
  },

  showLimit: ({ what, limit, remaining, resetMs }) => ({
    [`x-ratelimit-limit-${what}`]: String(limit),
    [`x-ratelimit-remaining-${what}`]: String(remaining),
    [`x-ratelimit-reset-${what}`]: durationText(resetMs),
  }),

  /** The one change that is made to the provider's bytes. */
  flexAnswer(body) {
    const start = body.indexOf('{')
    const members = memberSpans(body, { start, end: body.length })
    return edited(body, [setMember({ start, members }, 'service_tier', '"flex"')])
  },

  isError: (json) => 'error' in json && typeof json.error === 'object' && json.error !== null,

  errorAround: ({ status, message }) => ({
    error: {
      message,
      type: status >= 500 ? 'server_error' : 'invalid_request_error',
      param: null,
      code: 'provider_failed',
    },
  }),

  errorEvent: (json) => `data: ${json}\n\n`,
}

const withoutTier = ({ service_tier: _ours, ...rest }: CallBody['value']): CallBody['value'] => rest

/** Its answer would lie at the provider, where no endpoint of ours fetches it. */
const refuseBackground = ({ value: { background }, endpoint }: CallBody): void => {
  if (endpoint !== '/v1/responses' || background !== true) return
  const message = "'background' must not be true: an answer is given to the call that asks for it."
  throw new ApiError('invalid_value', message, { field: 'background' })
}

/** Endpoints whose streams tell the usage only where `stream_options` asks for it. */
const HAS_STREAM_OPTIONS: ReadonlySet<string> = new Set(['/v1/chat/completions', '/v1/completions'])

/** Undefined where the client asks for the usage itself, or so that the provider has to refuse it. */
const usageEdit = ({ endpoint, bytes, value, members, isStream }: CallBody): Edit | undefined => {
  if (!isStream || !HAS_STREAM_OPTIONS.has(endpoint)) return undefined
  const { stream_options: options } = value
  const span = members.get('stream_options')
  if (options === undefined || options === null || !span) {
    return setMember({ start: 0, members }, 'stream_options', '{"include_usage":true}')
  }
  if (typeof options !== 'object' || Array.isArray(options)) return undefined
  const asked = 'include_usage' in options ? options.include_usage : false
  if (asked !== false && asked !== null) return undefined
  return setMember(placeOf(bytes, span), 'include_usage', 'true')
}

const placeOf = (bytes: Buffer, span: MemberSpan) => ({
  start: span.start,
  members: memberSpans(bytes, span),
})
