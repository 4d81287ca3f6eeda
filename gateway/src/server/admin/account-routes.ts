import type { FastifyInstance } from 'fastify'
import { ApiError } from '../errors.ts'
import { listJson } from '../openai/file-json.ts'
import { refuseOtherMethods } from '../other-methods.ts'
import { accountDetailJson, accountJson } from './account-json.ts'
import type { AdminContext } from './context.ts'
import { readBody, readQuery } from './read.ts'
import { afterUnknown, type IdRequest, noSuch } from './refusals.ts'
import { accountChange, newAccount, noQuery, pageQuery } from './schemas.ts'

export const accountRoutes = (app: FastifyInstance, { store, ids }: AdminContext): void => {
  app.get('/v1/admin/accounts', async (request) => {
    const { limit, after } = readQuery(request, pageQuery)
    const accounts = await store.accounts({ limit: limit + 1, after })
    if (!accounts) throw afterUnknown('account')
    return listJson(accounts, limit, accountJson)
  })

  app.post('/v1/admin/accounts', async (request) => {
    const { id = ids.next('acct_'), name } = await readBody(request, newAccount)
    const account = await store.createAccount({ id, name })
    if (!account) throw new ApiError('account_exists', `There is an account "${id}" already`, { field: 'id' })
    return accountJson(account)
  })

  app.get('/v1/admin/accounts/:id', async (request: IdRequest) => {
    readQuery(request, noQuery)
    const account = await store.account(request.params.id)
    if (!account) throw noSuch('account', request.params.id)
    return accountDetailJson(account)
  })

  app.patch('/v1/admin/accounts/:id', async (request: IdRequest) => {
    const { name } = await readBody(request, accountChange)
    const account = await store.renameAccount(request.params.id, name)
    if (!account) throw noSuch('account', request.params.id)
    return accountJson(account)
  })

  refuseOtherMethods(app, '/v1/admin/accounts', ['GET', 'POST'])
  refuseOtherMethods(app, '/v1/admin/accounts/:id', ['GET', 'PATCH'])
}
