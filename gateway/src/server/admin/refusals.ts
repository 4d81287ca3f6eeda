import type { FastifyRequest } from 'fastify'
import { clipped } from '../../intake/faults.ts'
import { ApiError } from '../errors.ts'

export type IdRequest = FastifyRequest<{ Params: { id: string } }>

type Thing = 'account' | 'key' | 'deployment' | 'batch'

export const noSuch = (thing: Thing, id: string): ApiError =>
  new ApiError('not_found', `There is no ${thing} "${clipped(id)}"`)

export const afterUnknown = (thing: Thing): ApiError =>
  new ApiError(
    'invalid_value',
    `"after" must be the id of the last ${thing} of the page before; there is none of this id`,
    {
      field: 'after',
    },
  )
