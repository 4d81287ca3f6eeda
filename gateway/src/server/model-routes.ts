import type { FastifyInstance, FastifyRequest } from 'fastify'
import { anthropicModelJson, anthropicModelsJson } from './anthropic/models.ts'
import type { PageQuery } from './anthropic/page-query.ts'
import { requireVersion } from './anthropic/version.ts'
import type { Authenticate } from './auth.ts'
import type { ServerContext } from './context.ts'
import { isAnthropicClient } from './dialect-of.ts'
import { ApiError } from './errors.ts'
import { modelJson, modelsJson, modelsOf } from './models.ts'
import { refuseOtherMethods } from './other-methods.ts'

type Asked = FastifyRequest<{ Params: { '*': string }; Querystring: PageQuery }>

/** The models that a key may use: in OpenAI's form for everybody but Anthropic's clients, who have their own. */
export const modelRoutes = (
  app: FastifyInstance,
  context: ServerContext,
  authenticate: Authenticate,
): void => {
  const keyOf = (request: FastifyRequest) => authenticate(request.headers)

  app.get('/v1/models', async (request: Asked) => {
    const key = await keyOf(request)
    const [config, now] = [context.config(), context.clock.now()]
    if (!isAnthropicClient(request)) return modelsJson(config, key, now)
    requireVersion(request.headers)
    return anthropicModelsJson(config, { key, query: request.query, now })
  })

  app.get('/v1/models/*', async (request: Asked) => {
    const key = await keyOf(request)
    if (isAnthropicClient(request)) requireVersion(request.headers)
    const config = context.config()
    // A maker's name for a model may have slashes.
    const id = request.params['*']
    if (!modelsOf(config, key).includes(id)) {
      throw new ApiError('model_not_found', `There is no model "${id.slice(0, 100)}"`, { field: 'model' })
    }
    const json = isAnthropicClient(request) ? anthropicModelJson : modelJson
    return json(config, id, context.clock.now())
  })

  refuseOtherMethods(app, '/v1/models', ['GET'])
  refuseOtherMethods(app, '/v1/models/*', ['GET'])
}
