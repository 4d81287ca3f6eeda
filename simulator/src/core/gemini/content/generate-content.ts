import { fingerprintOf, unwillingness } from '../../answer.ts'
import { type Answered, answered, answeredInEvents, type Call, callId } from '../../call.ts'
import type { Digest } from '../../digest.ts'
import type { ProviderError } from '../../provider-error.ts'
import type { MethodParts } from '../endpoint-of.ts'
import { inputTooLong } from '../errors.ts'
import { tooFast, tooMany } from '../limits.ts'
import { generateContentRequest } from '../messages.ts'
import { contentBody, contentStream, type StreamForm } from './chunks.ts'
import { type ContentRequest, readContentRequest } from './request.ts'
import { refuse, type Spoken, speak } from './speak.ts'

/** Whole, or as a stream in one of its forms. */
export const generateContent = (form: StreamForm | undefined): MethodParts<ContentRequest> => ({
  message: generateContentRequest,
  read: (body, model) => readContentRequest(body, model),
  answer: (request, call) => answerContent(request, call, form),
  expected(request, seed, options) {
    const [first] = speak(request, fingerprintOf(request, seed), options).candidates
    // Where functions are called instead, these are what can be compared.
    return first === undefined || first.calls.length === 0 ? (first?.text ?? '') : JSON.stringify(first.calls)
  },
})

const answerContent = (
  request: ContentRequest,
  call: Call,
  form: StreamForm | undefined,
): Answered | ProviderError => {
  const { model } = call
  if (request.tokens > model.contextTokens) return inputTooLong(request.tokens, model.contextTokens)
  const busy = tooMany(call)
  if (busy) return busy
  const spoken = spokenBy(request, call, fingerprintOf(request, call.seed))
  const completion = spoken === undefined ? 0 : tokensOf(spoken)
  const limited = tooFast(call, request.tokens + completion)
  if (limited) return limited

  const cached = call.prefixes.lookUp(request, request.tokens)
  const tokens = { prompt: request.tokens, cached, completion }
  const id = Buffer.from(callId(call)).toString('base64url').slice(0, 23)
  const content = { id, model: request.model, spoken, showsThoughts: request.thinking.isShown, tokens }
  const spoilable = { text: spoilableText(spoken), usage: 'usageMetadata' }
  return form === undefined
    ? answered(call, tokens, contentBody(content, call.pretty), spoilable)
    : answeredInEvents(call, tokens, contentStream(content, form), spoilable)
}

/** Nothing where the prompt is blocked. */
const spokenBy = (request: ContentRequest, call: Call, fingerprint: Digest): Spoken | undefined => {
  const { options } = call.model
  const why = call.mayRefuse ? unwillingness(fingerprint, options) : undefined
  if (why === 'filtered') return undefined
  return why === 'refused' ? refuse() : speak(request, fingerprint, options)
}

const tokensOf = ({ thoughts, candidates }: Spoken): number =>
  candidates.reduce((sum, { tokens }) => sum + tokens, thoughts.tokens)

/** An answer without a text has the name of its model. */
const spoilableText = (spoken: Spoken | undefined): string =>
  spoken?.candidates.some(({ text }) => text !== '') ? 'text' : 'modelVersion'
