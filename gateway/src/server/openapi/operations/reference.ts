import { z } from 'zod'
import type { Operation } from '../operation.ts'

export const referenceOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/openapi.json',
    id: 'getOpenApi',
    tag: 'Reference',
    summary: 'This document',
    opens: 'anyone',
    answers: { 200: { description: 'OpenAPI 3.1.', schema: z.looseObject({ openapi: z.literal('3.1.0') }) } },
    errors: [],
  },
]
