import type { Maker } from '../maker.ts'
import { errorBody } from '../openai/errors.ts'
import { openai } from '../openai/openai.ts'
import { chat } from './chat.ts'
import { badKey, noKey, notJson, unknownModel, unknownUrl, wrongMethod } from './errors.ts'
import { models } from './looks.ts'
import { refusals } from './refusals.ts'
import { withSignsOfLife } from './signs-of-life.ts'

const chatPath = '/chat/completions'
const modelsPath = '/models'
const signOfLifeMs = 1_000

/**
 * DeepSeek, at the paths of its own address, which have no version. Its alias below `/v1` is not here: whose call it
 * is would be known by its body alone, so those paths are OpenAI's, whatever model they are asked for.
 */
export const deepseek: Maker = {
  owns: ({ path }) => path === chatPath || path === modelsPath,
  keyOf: openai.keyOf,
  endpointAt: ({ method, path }) => (method === 'POST' && path === chatPath ? chat : undefined),
  headerError: () => undefined,
  misfit: (_, { kind }) => (kind === 'any' ? undefined : unknownModel()),
  look({ method, path }) {
    if (path !== modelsPath) return method === 'POST' ? unknownUrl() : wrongMethod()
    return method === 'GET' ? models : wrongMethod()
  },
  waiting: (answer, { keepAliveMs = signOfLifeMs }) => withSignsOfLife(answer, keepAliveMs),
  refusals,
  noKey,
  badKey,
  unknownModel,
  notJson,
  errorBody: (error, _, pretty) => errorBody(error, pretty),
  headers: ({ requestId }) => ({ 'content-type': 'application/json', 'x-ds-trace-id': requestId }),
}
