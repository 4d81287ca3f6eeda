import type { Address, Maker } from '../maker.ts'
import { decoded } from '../path.ts'
import { endpoints } from './endpoints.ts'
import { badKey, errorBody, noKey, notJson, unknownModel, unknownUrl, wrongMethod } from './errors.ts'
import { addRateHeaders } from './limits.ts'
import { allModels, modelNamed } from './looks.ts'
import { misfit } from './misfit.ts'
import { refusals } from './refusals.ts'

const modelsPath = '/v1/models'
const bearer = /^bearer +/i

export const openai: Maker = {
  owns: () => true,
  keyOf: ({ headers }) => (headers.authorization ?? '').replace(bearer, ''),
  endpointAt: ({ method, path }) => (method === 'POST' ? endpoints.get(path) : undefined),
  headerError: () => undefined,
  misfit,
  look({ method, path }: Address) {
    const isModel = path.startsWith(`${modelsPath}/`)
    const isEndpoint = endpoints.has(path)
    if (path !== modelsPath && !isModel && !isEndpoint) return unknownUrl(method, path)
    if (isEndpoint || method !== 'GET') return wrongMethod(method, path)
    return isModel ? modelNamed(decoded(path.slice(modelsPath.length + 1))) : allModels
  },
  refusals,
  noKey,
  badKey,
  unknownModel,
  notJson,
  errorBody: (error, _, pretty) => errorBody(error, pretty),
  headers({ requestId, processingMs, model, now }) {
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'x-request-id': requestId,
      'openai-organization': 'org-simulator',
      'openai-processing-ms': String(Math.round(processingMs)),
      'openai-version': '2020-10-01',
    }
    if (model !== undefined) addRateHeaders(headers, model.rateLimit.levels(now))
    return headers
  },
}
