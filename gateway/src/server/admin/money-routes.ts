import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { AuditReport } from '../../storage/operator.ts'
import { ApiError } from '../errors.ts'
import { listJson } from '../openai/file-json.ts'
import { refuseOtherMethods } from '../other-methods.ts'
import { auditJson } from './audit-json.ts'
import { wasteJson } from './batch-json.ts'
import type { AdminContext } from './context.ts'
import { readQuery } from './read.ts'
import { afterUnknown } from './refusals.ts'
import { noQuery, pageQuery, USAGE_DAYS_MAX, usageQuery } from './schemas.ts'
import { spendJson, usageDayJson } from './usage-json.ts'
import { dayAt, dayOfText, decodePlace } from './usage-place.ts'

const USAGE_DAYS_STANDARD = 30

/** What was used, what it cost, and whether the books are right. */
export const moneyRoutes = (app: FastifyInstance, { store, audit, clock }: AdminContext): void => {
  app.get('/v1/admin/usage', async (request) => {
    const query = readQuery(request, usageQuery)
    const { limit, account, model } = query
    const rows = await store.usage({
      ...daysOf(query, dayAt(clock.now())),
      account,
      model,
      limit: limit + 1,
      after: query.after === undefined ? undefined : decodePlace(query.after),
    })
    return listJson(rows.map(usageDayJson), limit, (row) => row)
  })

  app.get('/v1/admin/waste', async (request) => {
    const { limit, after } = readQuery(request, pageQuery)
    const batches = await store.batchesPage({ limit: limit + 1, after })
    if (!batches) throw afterUnknown('batch')
    const totals = await store.spendTotals()
    return {
      ...listJson(batches, limit, wasteJson),
      totals: { batches: spendJson(totals.batches), real_time: spendJson(totals.realTime) },
    }
  })

  let running: Promise<AuditReport> | undefined

  app.get('/v1/admin/audit', async (request) => {
    readQuery(request, noQuery)
    // It reads the whole ledger: those who ask meanwhile get the same report.
    running ??= audit.audit().finally(() => {
      running = undefined
    })
    return auditJson(await running)
  })

  refuseOtherMethods(app, '/v1/admin/usage', ['GET'])
  refuseOtherMethods(app, '/v1/admin/waste', ['GET'])
  refuseOtherMethods(app, '/v1/admin/audit', ['GET'])
}

const daysOf = (query: z.output<typeof usageQuery>, today: number): { from: number; to: number } => {
  const to = query.to === undefined ? today : dayOfText(query.to)
  const from = query.from === undefined ? to - USAGE_DAYS_STANDARD : dayOfText(query.from)
  if (from <= to && to - from <= USAGE_DAYS_MAX) return { from, to }
  const message = `"from" must be a day at most ${USAGE_DAYS_MAX} days before "to", and not behind it`
  throw new ApiError('invalid_value', message, { field: 'from' })
}
