import { isObject, shown } from '../faults.ts'
import type { LineProblem } from './line-faults.ts'

type Body = Readonly<Record<string, unknown>>

/** What intake knows of an endpoint that batches have: what a body must hold, and how long its answer may be. */
interface BatchEndpoint {
  /** The member that holds what the model is asked. */
  readonly prompt: string
  readonly isPrompt: (value: unknown) => boolean
  readonly promptIs: string
  /** Members that limit the output, the first that is given counts. */
  readonly outputLimits: readonly string[]
  /** 0 where there is no output to pay for; undefined: what the installation assumes. */
  readonly outputTokensDefault?: number
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isList = (value: unknown): boolean => Array.isArray(value) && value.length > 0

const ENDPOINTS: Readonly<Record<string, BatchEndpoint>> = {
  '/v1/chat/completions': {
    prompt: 'messages',
    isPrompt: (value) => Array.isArray(value) && value.length > 0 && value.every(isObject),
    promptIs: 'a list of at least one message',
    outputLimits: ['max_completion_tokens', 'max_tokens'],
  },
  '/v1/embeddings': {
    prompt: 'input',
    isPrompt: (value) => isText(value) || isList(value),
    promptIs: 'a text, or a list that is not empty',
    outputLimits: [],
    outputTokensDefault: 0,
  },
  '/v1/completions': {
    prompt: 'prompt',
    isPrompt: (value) => typeof value === 'string' || isList(value),
    promptIs: 'a text, or a list that is not empty',
    outputLimits: ['max_tokens'],
    outputTokensDefault: 16,
  },
  '/v1/responses': {
    prompt: 'input',
    isPrompt: (value) => isText(value) || isList(value),
    promptIs: 'a text, or a list of items',
    outputLimits: ['max_output_tokens'],
  },
}

export const BATCH_ENDPOINTS: readonly string[] = Object.keys(ENDPOINTS)

export const isBatchEndpoint = (url: string): boolean => Object.hasOwn(ENDPOINTS, url)

/** Only what no provider could answer: the rest is for the provider to judge, request by request. */
export const bodyProblem = (url: string, body: Body): LineProblem | undefined => {
  const endpoint = ENDPOINTS[url]
  if (!endpoint) throw new Error(`${url} is no endpoint of batches`)
  const { prompt, isPrompt, promptIs } = endpoint
  const param = `body.${prompt}`
  if (body[prompt] === undefined) {
    return {
      code: 'missing_required_parameter',
      message: `Missing required parameter: '${param}' (${promptIs}).`,
      param,
    }
  }
  if (!isPrompt(body[prompt])) {
    const message = `'${param}' must be ${promptIs}, got ${shown(body[prompt])}.`
    return { code: 'invalid_request', message, param }
  }
  if (body.stream === true) {
    const message = "'body.stream' must not be true: the answers of a batch are not streamed."
    return { code: 'invalid_request', message, param: 'body.stream' }
  }
  return undefined
}

/** The most tokens that the answer may have; undefined where the request does not say and the endpoint has no default. */
export const outputTokensOf = (url: string, body: Body): number | undefined => {
  const endpoint = ENDPOINTS[url]
  const limit =
    endpoint?.outputLimits.map((name) => body[name]).find(isCount) ?? endpoint?.outputTokensDefault
  if (limit === undefined) return undefined
  return limit * (isCount(body.n) ? Math.max(1, body.n) : 1)
}

const COUNT_MAX = 1_000_000_000

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= COUNT_MAX

/** How many texts an embeddings request brings; a list of numbers is one text, in tokens. 0 for other endpoints. */
export const embeddedInputsOf = (url: string, { input }: Body): number => {
  if (url !== '/v1/embeddings') return 0
  return Array.isArray(input) && typeof input[0] !== 'number' ? input.length : 1
}
