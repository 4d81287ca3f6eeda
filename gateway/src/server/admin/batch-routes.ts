import type { FastifyInstance } from 'fastify'
import type { AdminBatchDetail } from '../../storage/admin.ts'
import { listJson } from '../openai/file-json.ts'
import { refuseOtherMethods } from '../other-methods.ts'
import { adminBatchDetailJson, adminBatchJson } from './batch-json.ts'
import type { AdminContext } from './context.ts'
import { readQuery } from './read.ts'
import { afterUnknown, type IdRequest, noSuch } from './refusals.ts'
import { batchesQuery, noQuery } from './schemas.ts'

export const adminBatchRoutes = (app: FastifyInstance, context: AdminContext): void => {
  const { store, whyWaiting } = context

  const findBatch = async (id: string): Promise<AdminBatchDetail> => {
    const batch = await store.batch(id)
    if (!batch) throw noSuch('batch', id)
    return batch
  }

  app.get('/v1/admin/batches', async (request) => {
    const { limit, ...rest } = readQuery(request, batchesQuery)
    const batches = await store.batchesPage({ ...rest, limit: limit + 1 })
    if (!batches) throw afterUnknown('batch')
    return listJson(batches, limit, (batch) => adminBatchJson(batch, whyWaiting))
  })

  app.get('/v1/admin/batches/:id', async (request: IdRequest) => {
    readQuery(request, noQuery)
    return adminBatchDetailJson(await findBatch(request.params.id), whyWaiting)
  })

  app.post('/v1/admin/batches/:id/cancel', async (request: IdRequest) => {
    readQuery(request, noQuery)
    const { id, account } = await findBatch(request.params.id)
    // One that is deleted is stopped already, and does not exist for its account.
    await context.tenant(account).stop(id, 'cancel')
    context.onAccepted()
    return adminBatchDetailJson(await findBatch(id), whyWaiting)
  })

  refuseOtherMethods(app, '/v1/admin/batches', ['GET'])
  refuseOtherMethods(app, '/v1/admin/batches/:id', ['GET'])
  refuseOtherMethods(app, '/v1/admin/batches/:id/cancel', ['POST'])
}
