import type { FastifyInstance } from 'fastify'
import type { Authenticate } from '../auth.ts'
import type { ServerContext } from '../context.ts'
import { ApiError } from '../errors.ts'
import { jsonObjectOf, trimmedJson } from '../json-body.ts'
import { requireJson } from '../media-type.ts'
import { modelProblem } from '../models.ts'
import { refuseOtherMethods } from '../other-methods.ts'
import { readBody } from '../read-body.ts'
import { modelOf } from '../realtime/read-call.ts'
import { requireVersion } from './version.ts'
import { requireTakenBy } from './version-rules.ts'

const MESSAGES = '/v1/messages'
const PATH = `${MESSAGES}/count_tokens`

/** An estimate by a tokenizer of ours, whoever answers the model: nothing is sent, nothing is charged. */
export const countTokensRoute = (
  app: FastifyInstance,
  context: ServerContext,
  authenticate: Authenticate,
): void => {
  app.post(PATH, async (request) => {
    const key = await authenticate(request.headers)
    const version = requireVersion(request.headers)
    requireJson(request.headers)
    const config = context.config()
    const { itemBytesMax, depthMax } = config.intake
    const body = trimmedJson(await readBody(request.raw, itemBytesMax))
    const value = jsonObjectOf(body, depthMax)
    const problem = modelProblem(config, key, modelOf(value))
    if (problem) throw new ApiError(problem.code, problem.message, { field: 'model' })
    requireTakenBy(version, value)
    return { input_tokens: await context.countInput(MESSAGES, body) }
  })

  refuseOtherMethods(app, PATH, ['POST'])
}
