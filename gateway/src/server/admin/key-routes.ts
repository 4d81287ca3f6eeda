import type { FastifyInstance } from 'fastify'
import { createKey, NO_ACCOUNT, operatorPrefix } from '../../keys.ts'
import type { KeyDetail } from '../../storage/admin.ts'
import { NO_KEY_LIMITS } from '../../storage/operator.ts'
import { ApiError } from '../errors.ts'
import { listJson } from '../openai/file-json.ts'
import { refuseOtherMethods } from '../other-methods.ts'
import type { AdminContext } from './context.ts'
import { readTerms } from './key-fields.ts'
import { keyJson, spentJson } from './key-json.ts'
import { readBody, readQuery } from './read.ts'
import { afterUnknown, type IdRequest, noSuch } from './refusals.ts'
import { keyChange, keysQuery, newKey, noQuery } from './schemas.ts'

export const keyRoutes = (app: FastifyInstance, context: AdminContext): void => {
  const { store, keys } = context

  app.get('/v1/admin/keys', async (request) => {
    const { limit, after, account } = readQuery(request, keysQuery)
    const page = await store.keysPage({ limit: limit + 1, after, account })
    if (!page) throw afterUnknown('key')
    return listJson(page, limit, keyJson)
  })

  app.post('/v1/admin/keys', async (request) => {
    const { name, role = 'client', account, ...fields } = await readBody(request, newKey)
    const config = context.config()
    const terms = readTerms(fields, role, config)
    if (typeof terms.expiresAt === 'number' && terms.expiresAt <= context.clock.now()) {
      throw new ApiError('invalid_value', '"expires_at" must lie ahead', { field: 'expires_at' })
    }
    const owner = role === 'operator' ? refuseAccount(account) : await findAccount(account)
    const { key, secret } = await createKey(keys, context.ids, {
      name,
      role,
      account: owner,
      models: terms.models ?? null,
      expiresAt: terms.expiresAt ?? null,
      limits: { ...NO_KEY_LIMITS, ...terms.limits },
      prefix: role === 'operator' ? operatorPrefix(config.keyPrefix) : config.keyPrefix,
    })
    return { ...keyJson(key), key: secret }
  })

  const findAccount = async (id: string | undefined): Promise<string> => {
    const field = 'account'
    if (id === undefined) {
      throw new ApiError('missing_field', '"account" is missing; the key of a client belongs to one', {
        field,
      })
    }
    if (await store.hasAccount(id)) return id
    throw new ApiError('invalid_value', `"account": there is no account "${id}"`, { field })
  }

  app.get('/v1/admin/keys/:id', async (request: IdRequest) => {
    readQuery(request, noQuery)
    return detailOf(request.params.id)
  })

  app.patch('/v1/admin/keys/:id', async (request: IdRequest) => {
    const { name, ...fields } = await readBody(request, keyChange)
    const { role } = await findKey(request.params.id)
    const terms = readTerms(fields, role, context.config())
    if (!(await store.changeKey(request.params.id, { name, ...terms })))
      throw noSuch('key', request.params.id)
    return detailOf(request.params.id)
  })

  app.post('/v1/admin/keys/:id/revoke', async (request: IdRequest) => {
    readQuery(request, noQuery)
    if (!(await keys.revokeKey(request.params.id))) throw noSuch('key', request.params.id)
    return detailOf(request.params.id)
  })

  const findKey = async (id: string): Promise<KeyDetail> => {
    const key = await store.key(id)
    if (!key) throw noSuch('key', id)
    return key
  }

  const detailOf = async (id: string) => {
    const key = await findKey(id)
    return { ...keyJson(key), spent: spentJson(key.spent) }
  }

  refuseOtherMethods(app, '/v1/admin/keys', ['GET', 'POST'])
  refuseOtherMethods(app, '/v1/admin/keys/:id', ['GET', 'PATCH'])
  refuseOtherMethods(app, '/v1/admin/keys/:id/revoke', ['POST'])
}

const refuseAccount = (account: string | undefined): string => {
  if (account === undefined) return NO_ACCOUNT
  const message = '"account" is for the keys of clients; the key of an operator belongs to none'
  throw new ApiError('conflicting_fields', message, { field: 'account' })
}
