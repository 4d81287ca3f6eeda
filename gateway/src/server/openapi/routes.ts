import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { refuseOtherMethods } from '../other-methods.ts'
import { openapiDocument } from './document.ts'

/** The document of the API, and the same as a page: everybody may read both, and neither says anything of the installation. */
export const openapiRoutes = (app: FastifyInstance): void => {
  const text = JSON.stringify(openapiDocument())

  app.get('/openapi.json', async (_request, reply) =>
    reply.headers({ ...SAFE, 'content-type': 'application/json; charset=utf-8' }).send(text),
  )
  refuseOtherMethods(app, '/openapi.json', ['GET'])

  void app.register(async (docs) => {
    docs.addHook('onSend', async (_request, reply) => {
      reply.headers(SAFE)
    })
    await docs.register(swagger, { mode: 'static', specification: { document: JSON.parse(text) } })
    await docs.register(swaggerUi, {
      routePrefix: '/docs',
      theme: { title: 'Sheepfold: the API' },
      uiConfig: {
        layout: 'BaseLayout',
        docExpansion: 'list',
        defaultModelsExpandDepth: 0,
        persistAuthorization: false,
      },
      staticCSP: CONTENT_SECURITY_POLICY,
    })
  })
}

const SAFE = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' }

/** The page asks nobody but this server: nothing of another host is loaded, and no key can go to one. */
const CONTENT_SECURITY_POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
}
