import { z } from 'zod'

export const alive = z.strictObject({ status: z.literal('alive') })

export const readiness = z
  .strictObject({
    status: z.enum(['ready', 'not_ready']),
    checks: z.array(
      z.strictObject({
        name: z.enum(['store', 'worker', 'disk', 'shutdown']),
        ok: z.boolean(),
        message: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'Readiness' })
