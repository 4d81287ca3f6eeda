import type { FastifyInstance, FastifyRequest } from 'fastify'
import { listJson } from '../openai/file-json.ts'
import { refuseOtherMethods } from '../other-methods.ts'
import type { AdminContext } from './context.ts'
import { deploymentJson } from './deployment-json.ts'
import { readQuery } from './read.ts'
import { afterUnknown, noSuch } from './refusals.ts'
import { noQuery, pageQuery } from './schemas.ts'

/** Deployments in the order of the configuration, as they are at this moment. */
export const deploymentRoutes = (app: FastifyInstance, { deployments }: AdminContext): void => {
  app.get('/v1/admin/deployments', async (request) => {
    const { limit, after } = readQuery(request, pageQuery)
    const all = deployments()
    const start = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1
    if (after !== undefined && start === 0) throw afterUnknown('deployment')
    return listJson(all.slice(start, start + limit + 1), limit, deploymentJson)
  })

  app.get('/v1/admin/deployments/*', async (request: FastifyRequest<{ Params: { '*': string } }>) => {
    readQuery(request, noQuery)
    // Ids such as "openai/main" have slashes.
    const id = request.params['*']
    const found = deployments().find((deployment) => deployment.id === id)
    if (!found) throw noSuch('deployment', id)
    return deploymentJson(found)
  })

  refuseOtherMethods(app, '/v1/admin/deployments', ['GET'])
  refuseOtherMethods(app, '/v1/admin/deployments/*', ['GET'])
}
