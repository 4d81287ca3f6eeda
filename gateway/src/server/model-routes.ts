import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Authenticate } from './auth.ts'
import type { ServerContext } from './context.ts'
import { ApiError } from './errors.ts'
import { modelJson, modelsJson, modelsOf } from './models.ts'
import { refuseOtherMethods } from './other-methods.ts'

/** The models that a key may use; the same objects for every dialect. */
export const modelRoutes = (
  app: FastifyInstance,
  context: ServerContext,
  authenticate: Authenticate,
): void => {
  const keyOf = (request: FastifyRequest) => authenticate(request.headers.authorization)

  app.get('/v1/models', async (request) =>
    modelsJson(context.config(), await keyOf(request), context.clock.now()),
  )

  app.get('/v1/models/*', async (request: FastifyRequest<{ Params: { '*': string } }>) => {
    const key = await keyOf(request)
    const config = context.config()
    // A maker's name for a model may have slashes.
    const id = request.params['*']
    if (!modelsOf(config, key).includes(id)) {
      throw new ApiError('model_not_found', `There is no model "${id.slice(0, 100)}"`, { field: 'model' })
    }
    return modelJson(config, id, context.clock.now())
  })

  refuseOtherMethods(app, '/v1/models', ['GET'])
  refuseOtherMethods(app, '/v1/models/*', ['GET'])
}
