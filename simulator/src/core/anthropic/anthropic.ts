import type { Address, Maker } from '../maker.ts'
import { decoded } from '../path.ts'
import { countTokensAt } from './count-tokens.ts'
import { badKey, errorBody, noKey, notJson, unknownModel, unknownUrl, wrongMethod } from './errors.ts'
import { addRateHeaders } from './limits.ts'
import { modelNamed, modelPage } from './looks.ts'
import { messagesAt } from './messages/messages.ts'
import { refusals } from './refusals.ts'
import { versionError, versionHeader } from './versions.ts'

const messagesPath = '/v1/messages'
const countPath = '/v1/messages/count_tokens'
const modelsPath = '/v1/models'
const bearer = /^bearer +/i

export const anthropic: Maker = {
  /** OpenAI has models at the same path; only the header tells whose are meant. */
  owns: ({ path, headers }) =>
    path === messagesPath ||
    path.startsWith(`${messagesPath}/`) ||
    (isModels(path) && headers[versionHeader] !== undefined),
  /** Older clients send one header, newer ones the other. */
  keyOf: ({ headers }) => headers['x-api-key'] ?? (headers.authorization ?? '').replace(bearer, ''),
  endpointAt(address: Address) {
    if (address.method !== 'POST') return undefined
    if (address.path === messagesPath) return messagesAt(address)
    return address.path === countPath ? countTokensAt(address) : undefined
  },
  headerError: versionError,
  misfit: () => undefined,
  look({ method, path, query }: Address) {
    if (!isModels(path)) return path === messagesPath || path === countPath ? wrongMethod() : unknownUrl()
    if (method !== 'GET') return wrongMethod()
    return path === modelsPath ? modelPage(query) : modelNamed(decoded(path.slice(modelsPath.length + 1)))
  },
  refusals,
  noKey,
  badKey,
  unknownModel,
  notJson,
  errorBody,
  headers({ requestId, model, now }) {
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'request-id': requestId,
      'anthropic-organization-id': 'org-simulator',
    }
    if (model !== undefined) addRateHeaders(headers, model.rateLimit.levels(now), now)
    return headers
  },
}

const isModels = (path: string): boolean => path === modelsPath || path.startsWith(`${modelsPath}/`)
